#include "people/profile_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "http/serving/topics.h"
#include "platform/error.h"

namespace people {

void add_profile_routes(http::RouteTable& table, Profiles& profiles) {
    const auto shape = http::object({{"person", http::person_reference()}, {"requested_at", http::time()}})
                           .named("PasswordRequest");
    table.add(http::entry("organisation", "password_request/*", shape));
    table.add(http::get("/v1/password-requests", "Who has forgotten the password, the newest first")
                  .reads()
                  .by(http::Access::administrator)
                  .gives(http::page_of(shape))
                  .tagged("people")
                  .handled<store::Read>([&profiles](http::Call& call, store::Read& read) {
                      return http::list_answer(profiles.password_requests(read, call.caller.organisation_id));
                  }));
    table.add(http::post("/v1/password-requests",
                         "Tell the administrators that one's password is forgotten; the answer is the same "
                         "whether there is such a person or not")
                  .writes()
                  .by(http::Access::open)
                  .takes(http::object({{"username", http::text(1, 200).described("or e-mail address")}}))
                  .gives(http::nothing(), 204)
                  .counted()
                  .tagged("people")
                  .handled<store::Tx>([&profiles](http::Call& call, store::Tx& tx) {
                      profiles.forgot_password(tx, call.fields().get<std::string>("username"));
                      return http::no_content();
                  }));
    table.add(http::del("/v1/people/:id/password-request",
                        "Settle that somebody forgot the password: a new one settles it as well")
                  .writes()
                  .by(http::Access::administrator)
                  .gives(http::nothing(), 204)
                  .tagged("people")
                  .handled<store::Tx>([&profiles](http::Call& call, store::Tx& tx) {
                      if (!profiles.close_password_request(tx, call.caller.organisation_id,
                                                           call.id<PersonId>("id")))
                          platform::throw_not_found("password request");
                      return http::no_content().on({{"person", call.id<PersonId>("id")}});
                  }));
}

} // namespace people
