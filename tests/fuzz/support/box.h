// A school in a lesson behind the real routes and sockets, on one thread but for the store's own. What a call
// writes is taken back, so an input finds the school as it was made; workers' calls alone keep what they write.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

// The credentials there are: the tokens "head" (an administrator), "teacher", "ada" (a student) and "headset",
// and the site keys "sesame" and "panel".
class Box {
public:
    Box();
    ~Box();
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;

    // As Door::talk. Demands that no answer is a defect.
    std::string talk(const std::vector<std::string_view>& pieces);
    // Opens a socket at `target` ("/v1/live?role=run") with that token, and sends these messages; one whose first
    // byte is 1 is binary. Returns what the socket was told; nothing when it was refused.
    std::vector<std::string> messages(std::string_view token, std::string_view target,
                                      const std::vector<std::string_view>& messages);

    // The box for all inputs. It is made anew now and then, because workers' calls fill it.
    static Box& shared();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace fuzz
