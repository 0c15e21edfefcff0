// The first start: an empty box prints a setup code to the journal, so that nobody on the LAN can take it
// over. The person who has the code makes the first organisation and its administrator, once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "people/organisation.h"
#include "people/people.h"
#include "people/signing_in/guesses.h"
#include "platform/random.h"
#include "store/transaction.h"

namespace people {

struct FirstPerson {
    std::string username, password_hash, nickname, first_name, last_name; // nickname "": the user name
};

class Setup {
public:
    Setup(Organisations& organisations, People& people, Guesses& guesses, platform::Random& random)
        : organisations_(organisations), people_(people), guesses_(guesses), random_(random) {}

    bool needed(store::Read& read) const; // nobody is on this box yet
    // At start, when needed: draws a code "XXXX-XXXX" to print. Only its hash is kept, so each start draws
    // another.
    std::optional<std::string> draw_code(store::Tx& tx);
    // Error unauthorized, too_many_requests or conflict (done already). A wrong try is counted although the
    // call fails.
    void check_code(store::Tx& tx, std::string_view code);

    struct Made {
        Organisation organisation;
        Person person;
    };
    // Makes the organisation and its administrator, who also administers the box. "lectern setup" calls it
    // without a code.
    Made make(store::Tx& tx, const NewOrganisation& organisation, const FirstPerson& administrator);

private:
    Organisations& organisations_;
    People& people_;
    Guesses& guesses_;
    platform::Random& random_;
};

} // namespace people
