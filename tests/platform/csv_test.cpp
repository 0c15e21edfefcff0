#include "platform/csv.h"

#include <catch2/catch_test_macros.hpp>

using platform::CsvWriter;

namespace {

// The row that a table of one column has for this text, without its line end.
std::string written(std::string_view text) {
    CsvWriter table;
    table.row({text});
    std::string row = table.take();
    REQUIRE(row.ends_with("\r\n"));
    row.resize(row.size() - 2);
    return row;
}

// What read_csv makes of it again.
std::string read_back(const std::string& row) {
    const auto table = platform::read_csv("column\r\n" + row + "\r\n", "file", 10);
    return table.rows.empty() ? "" : table.rows.at(0).cells.at(0);
}

} // namespace

TEST_CASE("text that a spreadsheet would run gets an apostrophe", "[platform]") {
    const struct {
        std::string_view text, written;
    } table[] = {
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1+cmd", "'-1+cmd"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"-", "'-"},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"\xEF\xBC\x9D"
         "1",
         "'\xEF\xBC\x9D"
         "1"}, // full width: = + - @
        {"\xEF\xBC\x8B"
         "1",
         "'\xEF\xBC\x8B"
         "1"},
        {"\xEF\xBC\x8D"
         "1",
         "'\xEF\xBC\x8D"
         "1"},
        {"\xEF\xBC\xA0"
         "A1",
         "'\xEF\xBC\xA0"
         "A1"},
        {"\xC2\xA0=1", "'\xC2\xA0=1"},         // a no-break space
        {"\xE3\x80\x80=1", "'\xE3\x80\x80=1"}, // an ideographic one
        {"\xE2\x80\x8B=1", "'\xE2\x80\x8B=1"}, // one without a width
        {"\xE2\x80\x83\xC2\xA0\xEF\xBC\x9D"
         "1",
         "'\xE2\x80\x83\xC2\xA0\xEF\xBC\x9D"
         "1"},
        {" =1", "\"' =1\""},
        {"\n=1", "\"'\n=1\""},
        {" \t1", "\"' \t1\""},
        {"\xC2\xA0-1+cmd", "'\xC2\xA0-1+cmd"},
        {"-inf", "'-inf"},
        {"-1,5", "\"'-1,5\""},
        {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
    };
    for (const auto& each : table) {
        INFO(each.text);
        CHECK(written(each.text) == each.written);
    }
}

TEST_CASE("other text, and numbers, are written as they are", "[platform]") {
    for (const char* text : {"", "Anna", "a=1", "a-b", "6B", "'t Hooft", "-12.5", "-7", "-.5", "-1e-05",
                             "1.5", "\xC2\xA0x", "\xE6\x98\x8E"}) {
        INFO(text);
        CHECK(written(text) == text);
    }
}

TEST_CASE("cells are quoted where a separator or a space would be lost", "[platform]") {
    CHECK(written("a,b") == "\"a,b\"");
    CHECK(written("a;=1") == "\"a;=1\""); // a semicolon separates cells elsewhere
    CHECK(written("a \"b\"") == "\"a \"\"b\"\"\"");
    CHECK(written(" a") == "\" a\"");
    CHECK(written("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("a table is read back as it was written", "[platform]") {
    for (const char* text : {"=1+1", "+1", "-", "@x", "-12.5", "\xEF\xBC\x9Dx", "\xC2\xA0=1", "a \"b\"",
                             "c;d", "two\nlines", "'t Hooft", "'=x", "''=x", "'-12.5", "'", "\\|"}) {
        INFO(text);
        CHECK(read_back(written(text)) == text);
    }
    CHECK(read_back(written(" =1")) == "=1"); // reading trims
}

TEST_CASE("a table is written piece by piece", "[platform]") {
    CsvWriter table({"a", "b"});
    CHECK(table.take() == "a,b\r\n");
    CHECK(table.text().empty());
    table.row({"=1", ""});
    CHECK(table.take() == "'=1,\r\n");
}

TEST_CASE("a table has a head, numbers and empty cells, and a mark where it is asked for", "[platform]") {
    CsvWriter table({"student", "looks", "share", "there"}, CsvWriter::Mark::utf8);
    table.cell("Ana \"A\", 6B").cell(std::int64_t{-3}).cell(-0.12345, 2).yes_or_no(true).end();
    table.cell("=HYPERLINK(1)").cell(std::int64_t{4}).cell(std::optional<double>(), 2).yes_or_no(false).end();
    CHECK(table.text() ==
          "\xEF\xBB\xBFstudent,looks,share,there\r\n\"Ana \"\"A\"\", 6B\",-3,-0.12,yes\r\n"
          "'=HYPERLINK(1),4,,no\r\n");
    CHECK(CsvWriter({"a", "b"}).take() == "a,b\r\n");
}

TEST_CASE("rows are counted as a spreadsheet counts them", "[platform]") {
    for (const char* end : {"\n", "\r\n", "\r"}) {
        CAPTURE(end);
        std::string text;
        for (const char c : std::string_view("nickname,class|bea,6B|||\"two|lines\",6B| |,,|cas,6B"))
            c == '|' ? text.append(end) : text.append(1, c);
        const auto table = platform::read_csv(text, "file", 10);
        REQUIRE(table.rows.size() == 3);
        CHECK(table.rows[0].line == 2);
        CHECK(table.rows[1].line == 5);
        CHECK(table.rows[2].line == 8);
    }
}

TEST_CASE("the delimiter is found with blank lines, quotes and sep= in mind", "[platform]") {
    for (const char* text :
         {"\nnickname;first_name;last_name;class\nbea;Bea;M;6B\n",
          ";;;\r\nnickname;first_name;last_name;class\r\nbea;Bea;M;6B\r\n",
          "nickname;first_name;\"last_name, family, surname, other\";class\nbea;Bea;M;6B\n",
          "nickname;first_name;\"last_name,\nfamily,\nsurname,\nother\";class\nbea;Bea;M;6B\n",
          "sep=;\nnickname;first_name;last_name;class\nbea;Bea;M;6B\n",
          "\"sep=;\"\r\nnickname;first_name;last_name;class\r\nbea;Bea;M;6B\r\n",
          "\xEF\xBB\xBFSEP=|\r\nnickname|first_name|last_name|class\r\nbea|Bea|M|6B\r\n",
          "sep=\t\nnickname\tfirst_name\tlast_name\tclass\nbea\tBea\tM\t6B\n"}) {
        CAPTURE(text);
        const auto table = platform::read_csv(text, "file", 10);
        REQUIRE(table.columns.size() == 4);
        CHECK(table.columns[0] == "nickname");
        CHECK(table.rows.at(0).cells == std::vector<std::string>{"bea", "Bea", "M", "6B"});
    }
    CHECK(platform::read_csv("sep=;\na;b\n\n1;2\n", "file", 10).rows.at(0).line == 3); // sep= is no row
    CHECK_THROWS(platform::read_csv("sep=x\naxb\n", "file", 10));
    CHECK_THROWS(platform::read_csv("sep=", "file", 10));
}
