// The program's exit codes, numbered as in sysexits.h. They tell a service manager whether another try can
// help: packaging/systemd/lectern.service does not restart a server that ended with one of those that cannot
// (RestartPreventExitStatus=).
#pragma once

#include "platform/error.h"

namespace app {

enum ExitCode {
    done = 0,
    failed = 1,         // standard error says why
    wrongly_called = 2, // the command line was not understood
    bad_data = 65,      // the data folder is not for this program, or damaged: a person must look
    temporary = 75,     // the port or the folder is taken, the disk is full: the next try may succeed
    no_permission = 77, // the data folder cannot be entered or made
    bad_configuration = 78,
};

// A fault that ends the program with another code than 1.
class Failure : public platform::Error {
public:
    Failure(ExitCode code, const platform::Error& error) : platform::Error(error), code_(code) {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

} // namespace app
