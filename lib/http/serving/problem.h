// The one mapping of errors to HTTP.
#pragma once

#include "platform/error.h"

namespace http {

struct Answer;

int status_of(platform::ErrorKind kind);
platform::ErrorKind kind_of(int status); // for the statuses that status_of gives
const char* title_of(int status);        // "Not Found"

// Gives an error's answer a status that no Error has, such as 416; a body that says the status says this one.
void set_status(Answer& answer, int status);

} // namespace http
