#include "insights/csv.h"

#include <cstdio>

namespace insights {

namespace {

// A spreadsheet runs text that begins like a formula, and anybody may choose their nickname.
bool looks_like_formula(std::string_view text) {
    return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

} // namespace

Csv::Csv(std::initializer_list<std::string_view> head) {
    text_ = "\xEF\xBB\xBF"; // without it some spreadsheets misread UTF-8
    for (const std::string_view name : head)
        cell(name);
    end();
}

Csv& Csv::cell(std::string_view text) {
    begin_cell();
    const bool formula = looks_like_formula(text);
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        text_ += text;
        return *this;
    }
    text_ += formula ? "\"'" : "\"";
    for (const char character : text) {
        if (character == '"') text_ += '"';
        text_ += character;
    }
    text_ += '"';
    return *this;
}

Csv& Csv::cell(std::int64_t number) {
    begin_cell();
    text_ += std::to_string(number);
    return *this;
}

Csv& Csv::cell(double number, int decimals) {
    begin_cell();
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, number);
    text_ += text;
    return *this;
}

Csv& Csv::cell(const std::optional<double>& number, int decimals) {
    if (number) return cell(*number, decimals);
    begin_cell();
    return *this;
}

void Csv::end() {
    text_ += "\r\n";
    first_ = true;
}

void Csv::begin_cell() {
    if (!first_) text_ += ',';
    first_ = false;
}

} // namespace insights
