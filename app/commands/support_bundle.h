// lectern support-bundle: what somebody who helps has to know about a box, in one file without personal data.
#pragma once

#include "app/commands/commands.h"

namespace app {

// The half that a running server answers: it cleans what the command has collected, because it knows the names.
Command support_bundle_command();

} // namespace app
