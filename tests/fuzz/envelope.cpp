// The outermost level of a socket message, which is read twice: once without a parser, so that a batch is parsed
// only once, and for messages that are too long, from pieces. All three ways agree.
#include <nlohmann/json.hpp>

#include "fuzz/support/fuzz.h"
#include "http/serving/body.h"
#include "http/serving/envelope.h"
#include "platform/error.h"

namespace fuzz {

namespace {

// The last field of that name counts, as in any JSON parser of ours.
void agree(const nlohmann::json& tree, const char* name, std::string_view text) {
    const auto found = tree.find(name);
    if (text.empty()) {
        demand(found == tree.end(), "a field that is there is found", name);
        return;
    }
    demand(found != tree.end(), "a field that is found is there", name);
    const auto value = nlohmann::json::parse(text, nullptr, false);
    demand(value == *found, "a field is found as it is", std::string(name).append(": ").append(text));
}

} // namespace

void fuzz_envelope(std::string_view input) {
    http::Skimmer whole, in_pieces;
    whole.skim(input);
    for (const std::string_view piece : pieces_of(input))
        in_pieces.skim(piece);
    const std::string outline = whole.outline();
    demand(outline == in_pieces.outline(), "a message is skimmed the same in one piece and in many", outline);
    demand(outline.size() < 2048, "an outline is short", outline);

    const auto envelope = http::envelope_of(input);
    // Names with escapes, and what stands behind a byte order mark, are left to the parser.
    if (input.find("\\u") != input.npos || input.starts_with("\xEF\xBB\xBF")) return;
    nlohmann::json tree;
    try {
        tree = http::parse_json(input, 1000);
    } catch (const platform::Error&) {
        return; // then the faults are found by whoever parses the field
    }
    if (!tree.is_object()) {
        demand(!envelope, "only an object is an envelope");
        return;
    }
    demand(envelope.has_value(), "an object is an envelope");
    agree(tree, "type", envelope->type);
    agree(tree, "eid", envelope->eid);
    agree(tree, "data", envelope->data);
}

} // namespace fuzz
