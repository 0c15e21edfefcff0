#include "store/statement.h"

#include <sqlite3.h>

#include "platform/error.h"
#include "store/connection.h"

namespace store {

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(other.statement_),
      busy_(other.busy_),
      bytes_(other.bytes_),
      finished_(other.finished_) {
    other.statement_ = nullptr;
}

Statement::~Statement() {
    if (statement_ == nullptr) return;
    if (busy_ == nullptr) {
        sqlite3_finalize(statement_);
        return;
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_); // the next user may bind too little and must not see our values
    *busy_ = false;
}

void Statement::bind(int position, std::nullptr_t) {
    check(sqlite3_bind_null(statement_, position));
}

void Statement::bind(int position, std::string_view text) {
    // An empty view may have no address, and SQLite takes a null address for NULL.
    const char* const bytes = text.data() == nullptr ? "" : text.data();
    check(sqlite3_bind_text64(statement_, position, bytes, text.size(),
                              bytes_ == Bytes::copied ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int position, double value) {
    check(sqlite3_bind_double(statement_, position, value));
}

void Statement::bind(int position, Blob blob) {
    const char* const bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
    check(sqlite3_bind_blob64(statement_, position, bytes, blob.bytes.size(),
                              bytes_ == Bytes::copied ? SQLITE_TRANSIENT : SQLITE_STATIC));
}

void Statement::bind_integer(int position, std::int64_t value) {
    check(sqlite3_bind_int64(statement_, position, value));
}

bool Statement::step() {
    if (finished_) return false; // SQLite would start again from the beginning
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    finished_ = true;
    if (code != SQLITE_DONE) connection_->fail(code);
    return false;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
    return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
    const void* const bytes = sqlite3_column_blob(statement_, column); // for TEXT, its UTF-8
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<double> Statement::optional_real(int column) const {
    if (is_null(column)) return std::nullopt;
    return real(column);
}

std::optional<std::string> Statement::optional_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return string(column);
}

void Statement::check(int code) {
    if (code != SQLITE_OK) connection_->fail(code);
}

void Statement::check_parameters(std::size_t values) const {
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)) == values) return;
    throw platform::Error(platform::ErrorKind::internal,
                          std::to_string(values) + " values for: " + sqlite3_sql(statement_));
}

void Statement::check_columns(int read) const {
    if (sqlite3_column_count(statement_) == read) return;
    throw platform::Error(platform::ErrorKind::internal,
                          std::to_string(read) + " columns read of: " + sqlite3_sql(statement_));
}

} // namespace store
