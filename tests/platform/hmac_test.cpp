#include "platform/hmac.h"

#include <catch2/catch_test_macros.hpp>

#include "platform/text.h"

using platform::HmacSha256;

TEST_CASE("HMAC-SHA-256 gives the hashes of RFC 4231", "[platform]") {
    const struct {
        std::string key, message;
        const char* hash;
    } rows[] = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (const auto& row : rows) {
        const HmacSha256 hmac(row.key);
        CHECK(platform::hex(hmac.of(row.message)) == row.hash);
        CHECK(platform::hex(hmac.of(row.message)) == row.hash); // the key is still there
    }
}
