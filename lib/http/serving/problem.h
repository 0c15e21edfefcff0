// The one mapping of errors to HTTP.
#pragma once

#include "platform/error.h"

namespace http {

int status_of(platform::ErrorKind kind);
platform::ErrorKind kind_of(int status); // for the statuses that status_of gives
const char* title_of(int status);        // "Not Found"

} // namespace http
