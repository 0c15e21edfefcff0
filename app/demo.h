// The demo school, which `lectern serve --demo` puts into an empty data folder, so that a first look shows a
// class and not an empty page.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace app {

class Services;

struct Demo {
    std::string username, password;                            // of the administrator
    std::string teacher, teacher_pin, class_name, student_pin; // nicknames sign in with PINs
    std::vector<std::string> students;
};

// Makes it if nobody is on this box yet; otherwise nullopt. `lively` also starts a lesson.
std::optional<Demo> make_demo(Services& services, bool lively);

} // namespace app
