// docs/headset-protocol.md cannot lie: a headset has its conversation with the real server, and the test
// compares the two letter by letter. After an intended change, LECTERN_RECORD=1 build/dev/lectern_tests "the
// protocol document*" writes it again.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "platform/files.h"
#include "support/live_school.h"

using namespace support;

namespace {

const std::string document_path = std::string(LECTERN_SOURCE_ROOT) + "/docs/headset-protocol.md";
const std::string begins = "<!-- recorded -->\n```text\n", ends = "```\n";

// A headset that writes down everything that is said.
class Recorded {
public:
    Recorded(TestAppliance& box, Credential credential) : box_(box), credential_(std::move(credential)) {}

    void connect() {
        socket_ = std::make_unique<SocketClient>(
            box_.port(), "/v1/live", SocketClient::Headers{{"Authorization", "Bearer " + credential_.token}});
        hear("welcome");
    }
    void hang_up() { socket_->hang_up(); }
    void happens(const std::string& what) { text_ += "\n# " + what + "\n"; }
    // Sends a message and records what comes, up to the answer.
    void say(const std::string& type, const Json& data) {
        const std::string eid = std::to_string(++last_eid_);
        const std::string text = Json{{"type", type}, {"data", data}, {"eid", eid}}.dump();
        text_ += "> " + text + "\n";
        socket_->send(text);
        hear_until([&](const Json& message) { return message.at("eid") == eid; });
    }
    void hear(const std::string& type) {
        hear_until(
            [&](const Json& message) { return message.at("eid").is_null() && message.at("type") == type; });
    }
    const std::string& text() const { return text_; }
    Json last() const { return last_; }

private:
    void hear_until(const std::function<bool(const Json&)>& wanted) {
        do {
            const auto text = socket_->read();
            if (!text) throw std::runtime_error("the server has closed the socket");
            text_ += "< " + *text + "\n";
            last_ = Json::parse(*text);
        } while (!wanted(last_));
    }

    TestAppliance& box_;
    const Credential credential_;
    std::unique_ptr<SocketClient> socket_;
    std::string text_;
    Json last_;
    int last_eid_ = 0;
};

void begin(LiveSchool& school, Recorded& headset) {
    headset.happens("The headset connects, learns the time, and Ada signs in.");
    headset.connect();
    headset.say("clock", {{"t0", 1000.25}});
    headset.say("headset.report", {{"battery", 88},
                                   {"charging", false},
                                   {"storage_free", 8'000'000'000},
                                   {"app", "org.example.reef"},
                                   {"app_version", "1.2"},
                                   {"round_trip_ms", 8.5},
                                   {"clock_offset_ms", 12.25}});
    headset.say("headset.sign_in", {{"nickname", "Ada"}, {"pin", "0000"}});
    headset.say("headset.sign_in", {{"nickname", "Ada"}, {"pin", "1234"}});
    headset.happens("The teacher starts the lesson.");
    school.order({{"action", "play"}});
    headset.hear("command");
    const auto answer = [&](const Json& data) {
        Json all = {{"session_id", school.session}};
        all.update(data);
        headset.say("command.answer", all);
    };
    answer({{"number", 1}, {"state", "received"}});
    school.box.clock.advance(52ms);
    answer({{"number", 1}, {"state", "done"}, {"skew_ms", 1.75}});
}

void goes_on(LiveSchool& school, Recorded& headset) {
    school.box.clock.advance(5s);
    headset.happens("Five seconds later: what Ada did, and a question of hers.");
    headset.say("events", {{"batch_id", "3f9a-1"},
                           {"events", Json::array({{{"kind", "gaze"},
                                                    {"at_ms", school.box.clock.now_ms() - 100},
                                                    {"position_ms", 4902},
                                                    {"yaw_deg", 12.5},
                                                    {"pitch_deg", -3.0},
                                                    {"target", "turtle"}}})}});
    headset.say("headset.hand", {{"question", "Is that a shark?"}});
    headset.happens("The teacher wants everybody's eyes.");
    school.order({{"action", "eyes_on_me"}, {"arguments", {{"message", "Listen"}, {"seconds", 60}}}});
    headset.hear("command");
    headset.say("command.answer", {{"session_id", school.session}, {"number", 2}, {"state", "done"}});
    headset.happens("The Wi-Fi goes. The teacher pauses meanwhile; ten seconds later the headset is back.");
    headset.hang_up();
    school.order({{"action", "pause"}});
    school.box.clock.advance(10s);
    headset.connect();
    headset.say("command.answer", {{"session_id", school.session}, {"number", 3}, {"state", "done"}});
}

void end(LiveSchool& school, Recorded& headset) {
    headset.happens("The teacher ends the lesson: the hand goes down, and Ada is signed out.");
    school.order({{"action", "stop"}});
    headset.hear("command");
    headset.say("command.answer", {{"session_id", school.session}, {"number", 4}, {"state", "done"}});
    headset.happens("What is wrong is refused in words.");
    headset.say("headset.report", {{"battery", 400}, {"gaze", {{"yaw_deg", 1}}}});
    headset.say("command.answer", {{"session_id", school.session}, {"number", 99}, {"state", "done"}});
}

} // namespace

TEST_CASE("the protocol document's conversation is what a headset and the box say", "[stories]") {
    LiveSchool school;
    Recorded headset(school.box, school.first.credential);
    begin(school, headset);
    goes_on(school, headset);
    end(school, headset);

    std::string document = platform::read_file(document_path).value();
    const std::size_t from = document.find(begins), to = document.find(ends, from + begins.size());
    REQUIRE(from != std::string::npos);
    REQUIRE(to != std::string::npos);
    const std::string wanted = headset.text().substr(1);
    if (std::getenv("LECTERN_RECORD") != nullptr) {
        document.replace(from + begins.size(), to - from - begins.size(), wanted);
        std::ofstream(document_path) << document;
        return;
    }
    CHECK(document.substr(from + begins.size(), to - from - begins.size()) == wanted);
}
