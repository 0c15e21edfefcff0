#include "people/signing_in/setup.h"

#include "people/signing_in/readable_code.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"
#include "store/settings.h"

namespace people {

namespace {

constexpr std::string_view subject = "setup";
constexpr std::string_view code_setting = "setup_code"; // the code's hash

void refuse_second_time(bool needed) {
    if (!needed) platform::throw_conflict("This box is set up already: sign in.");
}

} // namespace

bool Setup::needed(store::Read& read) const {
    return !people_.any(read);
}

std::optional<std::string> Setup::draw_code(store::Tx& tx) {
    if (!needed(tx)) return std::nullopt;
    std::string code = draw_readable_code(random_, 2);
    const std::string hash = platform::hex(platform::hash_token(plain_code(code)));
    store::set_setting(tx, code_setting, hash);
    Guesses::forget(tx, subject);
    return code;
}

void Setup::check_code(store::Tx& tx, std::string_view code) {
    refuse_second_time(needed(tx));
    guesses_.refuse(tx, subject, guess_budgets.setup);
    const auto hash = store::setting(tx, code_setting);
    if (hash &&
        platform::equal_in_constant_time(*hash, platform::hex(platform::hash_token(plain_code(code)))))
        return;
    tx.regardless([this](store::Tx& after) { guesses_.count_wrong(after, subject, guess_budgets.setup); });
    throw platform::Error(
        platform::ErrorKind::unauthorized,
        "The setup code is wrong: it stands in the journal of the box (journalctl -u lectern).");
}

Setup::Made Setup::make(store::Tx& tx, const NewOrganisation& organisation,
                        const FirstPerson& administrator) {
    refuse_second_time(needed(tx));
    Made made;
    made.organisation = organisations_.add(tx, organisation);
    NewPerson person;
    person.role = platform::Role::administrator;
    person.nickname = administrator.nickname.empty() ? administrator.username : administrator.nickname;
    person.first_name = administrator.first_name;
    person.last_name = administrator.last_name;
    person.username = administrator.username;
    person.password_hash = administrator.password_hash;
    person.box_administrator = true;
    made.person = people_.add(tx, made.organisation.id, person);
    store::remove_setting(tx, code_setting);
    Guesses::forget(tx, subject);
    return made;
}

} // namespace people
