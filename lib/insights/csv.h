// Tables as CSV (RFC 4180), for spreadsheets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace insights {

class Csv {
public:
    explicit Csv(std::initializer_list<std::string_view> head);

    // One row: as many cells as the head has, then end().
    Csv& cell(std::string_view text);
    Csv& cell(std::int64_t number);
    Csv& cell(double number, int decimals);
    Csv& cell(const std::optional<double>& number, int decimals);
    Csv& yes_or_no(bool value) { return cell(std::string_view(value ? "yes" : "no")); }
    void end();

    const std::string& text() const { return text_; }

private:
    void begin_cell();
    std::string text_;
    bool first_ = true;
};

} // namespace insights
