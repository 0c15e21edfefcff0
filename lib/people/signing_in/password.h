// Which passwords a person may have: 8 to 200 characters (password_shape), and none that everybody tries
// first. A name has about a hundred wrong tries from strangers (guesses.h); whatever is on the lists that
// people guess from would fall within those.
#pragma once

#include <string>
#include <string_view>

#include "platform/crypto.h"

namespace people {

// Whether a password is one of the commonest, a row of keys, one character again and again, or the person's
// own name; capitals, and digits or signs behind it, make none of them better. `name` is a user name, or "".
bool is_commonly_tried(std::string_view password, std::string_view name);

// The password's hash. Error invalid at `field` when it is commonly tried.
std::string hash_of_new_password(platform::SecretHasher& hasher, std::string_view password,
                                 std::string_view name, const std::string& field = "password");

} // namespace people
