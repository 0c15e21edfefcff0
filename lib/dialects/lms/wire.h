// The LMS dialect's wire: its objects, its errors in Django's words, and how it reads what its clients send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dialects/lax_fields.h"
#include "dialects/lms/parts.h"
#include "http/serving/call.h"
#include "platform/ids.h"

namespace dialects::lms {

using Json = nlohmann::json;

// ---- errors ----
// 401 and 403 say {detail}, as Django's framework does before a view runs; the views themselves say {error}.
http::Answer error_answer(const http::Call& call, const platform::Error& error);
// A login never lacks a credential: a wrong one gets the view's own {error:"Invalid credentials"}.
http::Answer login_error_answer(const http::Call& call, const platform::Error& error);
// On a socket an error is a sentence: the body of this answer.
http::Answer socket_error_answer(const http::Call& call, const platform::Error& error);

// ---- what comes ----
LaxFields fields_of(const http::Call& call); // faults are in Django's words

// ---- what goes ----
Json user_json(const people::Person& person, const std::string& school);
Json class_json(const people::Class& a_class, const people::Person& teacher,
                const std::vector<people::Person>& students, const std::string& school);
Json session_json(const sessions::Session& session);
Json lesson_json(const courses::Lesson& lesson, const std::string& lesson_class);
Json result_json(const runs::Run& run);

} // namespace dialects::lms
