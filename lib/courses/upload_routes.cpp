// Uploads by tus 1.0: any client of that protocol can send a large file and resume it after an interruption.
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "courses/content_routes.h"
#include "http/serving/problem.h"
#include "platform/error.h"
#include "platform/text.h"

namespace courses {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

Answer& with_protocol(Answer& answer) {
    return answer.header("Tus-Resumable", "1.0.0");
}

Answer tus_problem(const Call& call, const platform::Error& error) {
    Answer answer = http::problem(call, error);
    with_protocol(answer);
    return answer;
}

Answer refused(const Call& call, int status, const char* text) {
    Answer answer = tus_problem(call, {platform::ErrorKind::bad_request, text});
    http::set_status(answer, status);
    return answer;
}

// A client of another version of tus must not be misunderstood. One that names no version speaks ours.
std::optional<Answer> version_refusal(const Call& call) {
    const auto version = call.header_values.find("tus-resumable");
    if (!version || *version == "1.0.0") return std::nullopt;
    Answer answer = refused(call, 412, "Tus-Resumable must be 1.0.0.");
    answer.header("Tus-Version", "1.0.0");
    return answer;
}

std::string decoded(std::string_view base64) {
    std::string bytes(base64.size(), '\0');
    std::size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), base64.data(),
                          base64.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        platform::throw_invalid("Upload-Metadata", "must have its values in base64");
    bytes.resize(length);
    if (!platform::is_utf8(bytes)) platform::throw_invalid("Upload-Metadata", "must be UTF-8");
    return bytes;
}

// "filename cmVlZi5tcDQ=,title UmVlZg=="
std::map<std::string, std::string> metadata_of(std::string_view header) {
    std::map<std::string, std::string> metadata;
    while (!header.empty()) {
        const auto pair = platform::trimmed(header.substr(0, header.find(',')));
        header.remove_prefix(
            std::min(header.size(), header.find(',') == header.npos ? header.size() : header.find(',') + 1));
        const auto space = pair.find(' ');
        metadata[std::string(pair.substr(0, space))] =
            space == pair.npos ? "" : decoded(platform::trimmed(pair.substr(space + 1)));
    }
    return metadata;
}

std::int64_t number_in(const Call& call, const char* header, std::int64_t most) {
    const auto number = platform::parse_integer(call.header(platform::lower_ascii(header)));
    if (!number || *number < 0 || *number > most)
        platform::throw_invalid(header, "must be a number from 0 to " + std::to_string(most));
    return *number;
}

NewUpload new_upload_of(const Call& call) {
    NewUpload wanted;
    wanted.length = number_in(call, "Upload-Length", Contents::longest_bytes);
    if (wanted.length == 0) platform::throw_invalid("Upload-Length", "must be at least 1");
    auto metadata = metadata_of(call.header("upload-metadata"));
    wanted.title = platform::trimmed(metadata["title"].empty() ? metadata["filename"] : metadata["title"]);
    if (wanted.title.empty() || platform::utf8_length(wanted.title) > 200)
        platform::throw_invalid("Upload-Metadata", "must have a title or filename of 1 to 200 characters");
    if (const auto& sha256 = metadata["sha256"]; !sha256.empty()) {
        if (sha256.size() != 64 || sha256.find_first_not_of("0123456789abcdefABCDEF") != sha256.npos)
            platform::throw_invalid("Upload-Metadata", "must have sha256 in hexadecimal");
        wanted.sha256 = platform::lower_ascii(sha256);
    }
    if (call.caller.person_id) wanted.created_by = call.caller.person_id;
    return wanted;
}

Json json_of(const ContentParts& parts, const Upload& upload) {
    return {{"id", upload.id},
            {"title", upload.title},
            {"offset", upload.content_id ? upload.length : parts.files.offset(upload)},
            {"length", upload.length},
            {"content_id", upload.content_id ? Json(*upload.content_id) : Json()},
            {"expires_at", platform::iso8601(upload.touched_ms + Contents::upload_life_ms)}};
}

http::Shape upload_shape() {
    return http::object({{"id", http::identifier()},
                         {"title", http::text(1, 200)},
                         {"offset", http::integer(0, Contents::longest_bytes)},
                         {"length", http::integer(0, Contents::longest_bytes)},
                         {"content_id", http::nullable(http::identifier())},
                         {"expires_at", http::time()}})
        .named("Upload");
}

Answer start(const ContentParts& parts, const Call& call, Tx& tx) {
    if (auto refusal = version_refusal(call)) return std::move(*refusal);
    const NewUpload wanted = new_upload_of(call);
    parts.files.refuse_without_room(parts.contents.unfinished(tx), wanted.length);
    const Upload upload = parts.contents.start(tx, call.caller.organisation_id, wanted);
    Answer answer = http::created(json_of(parts, upload), "/v1/uploads/" + to_string(upload.id));
    with_protocol(answer).header("Upload-Offset", "0");
    return answer.on({{"upload", upload.id}});
}

// A client may drop the bytes that it is told have arrived, so they must be on disk first.
void sync(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return; // nothing has arrived
    const bool synced = ::fdatasync(descriptor) == 0;
    ::close(descriptor);
    if (!synced) throw platform::Error(platform::ErrorKind::storage_full, "The disk did not take the file.");
}

Answer show(const ContentParts& parts, const Call& call) {
    if (auto refusal = version_refusal(call)) return std::move(*refusal);
    const Upload upload = parts.store.read([&](Read& read) {
        return parts.contents.upload(read, call.caller.organisation_id, call.id<UploadId>("id"));
    });
    const Json json = json_of(parts, upload);
    if (!upload.content_id) sync(parts.files.path_of(upload.file_name));
    Answer answer = http::json(json);
    with_protocol(answer)
        .header("Upload-Offset", std::to_string(platform::JsonFields(json).get<std::int64_t>("offset")))
        .header("Upload-Length", std::to_string(upload.length));
    return answer;
}

// All bytes have arrived: their type decides whether they become content.
Content finish(const ContentParts& parts, const Upload& upload) {
    try {
        const auto looked = parts.files.look(upload);
        return parts.store.write("finish upload", [&](Tx& tx) {
            return parts.contents.finish(tx, upload, looked.type, looked.sha256);
        });
    } catch (const platform::Error& error) {
        // Sending it again would not help, so forget it.
        if (error.kind() == platform::ErrorKind::invalid) {
            parts.store.write("forget upload",
                              [&](Tx& tx) { parts.contents.forget(tx, upload.organisation_id, upload.id); });
            parts.files.remove(upload.file_name);
        }
        throw;
    }
}

Answer append(const ContentParts& parts, Call& call) {
    if (auto refusal = version_refusal(call)) return std::move(*refusal);
    const Upload upload = parts.store.read([&](Read& read) {
        return parts.contents.upload(read, call.caller.organisation_id, call.id<UploadId>("id"));
    });
    if (!call.header("content-type").starts_with("application/offset+octet-stream"))
        return refused(call, 415, "The Content-Type must be application/offset+octet-stream.");
    const std::int64_t at = number_in(call, "Upload-Offset", Contents::longest_bytes);
    Answer answer = http::no_content();
    with_protocol(answer).on({{"upload", upload.id}});
    std::optional<ContentId> content_id = upload.content_id;
    if (!content_id) {
        const auto appended = parts.files.append(upload, at, call.read_body);
        answer.header("Upload-Offset", std::to_string(appended.offset));
        if (appended.offset == upload.length)
            content_id = finish(parts, upload).id;
        else
            parts.store.write("touch upload", [&](Tx& tx) { parts.contents.touch(tx, upload); });
    } else if (at != upload.length) {
        platform::throw_conflict("The upload is complete.");
    } else {
        answer.header("Upload-Offset", std::to_string(upload.length));
    }
    if (content_id) answer.header("Content-Location", "/v1/content/" + to_string(*content_id));
    return answer;
}

} // namespace

void add_upload_routes(http::RouteTable& table, const ContentParts& parts) {
    // A client of tus asks this before it sends anything.
    table.add(http::RouteBuilder("OPTIONS", "/v1/uploads", "What this server can do of tus")
                  .memory()
                  .by(Access::open)
                  .counted()
                  .tagged("content")
                  .errors(tus_problem)
                  .gives(http::nothing(), 204)
                  .handled([](Call&) {
                      Answer answer = http::no_content();
                      answer.header("Allow", "POST, OPTIONS")
                          .header("Tus-Version", "1.0.0")
                          .header("Tus-Extension", "creation,termination")
                          .header("Tus-Max-Size", std::to_string(Contents::longest_bytes));
                      return std::move(with_protocol(answer));
                  }));
    table.add(http::post("/v1/uploads", "Begin an upload (tus 1.0: Upload-Length, Upload-Metadata)")
                  .writes()
                  .by(Access::teacher)
                  .tagged("content")
                  .errors(tus_problem)
                  .gives(upload_shape(), 201)
                  .handled<Tx>([parts](Call& call, Tx& tx) { return start(parts, call, tx); }));
    table.add(http::get("/v1/uploads/:id", "How far an upload is; HEAD says it in Upload-Offset")
                  .slow()
                  .by(Access::teacher)
                  .tagged("content")
                  .errors(tus_problem)
                  .gives(upload_shape())
                  .handled([parts](Call& call) { return show(parts, call); }));
    table.add(http::patch("/v1/uploads/:id", "Send more of it, from Upload-Offset on (tus 1.0)")
                  .transfer()
                  .by(Access::teacher)
                  .tagged("content")
                  .errors(tus_problem)
                  .body_limit(static_cast<std::size_t>(Contents::longest_bytes))
                  .gives(http::nothing(), 204)
                  .handled([parts](Call& call) { return append(parts, call); }));
    table.add(http::del("/v1/uploads/:id", "Give an upload up; what it has become stays")
                  .writes()
                  .by(Access::teacher)
                  .tagged("content")
                  .errors(tus_problem)
                  .gives(http::nothing(), 204)
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      if (auto refusal = version_refusal(call)) return std::move(*refusal);
                      const Upload upload =
                          parts.contents.upload(tx, call.caller.organisation_id, call.id<UploadId>("id"));
                      parts.contents.forget(tx, upload.organisation_id, upload.id);
                      if (!upload.content_id)
                          tx.after_commit(
                              [&files = parts.files, name = upload.file_name] { files.remove(name); });
                      Answer answer = http::no_content();
                      return with_protocol(answer).on({{"upload", upload.id}});
                  }));
}

} // namespace courses
