#include "chat/knowledge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "platform/crypto.h"

namespace chat {

namespace {

// Every row of the index carries this word, so that a question searches only its own knowledge base.
std::string in_scope(std::string_view scope) {
    return "scope : \"" + std::string(scope) + "\"";
}

// Terms hold letters and digits only (and blanks in a pair of Chinese characters), so quotes suffice.
std::string expression_of(std::string_view scope, const std::string& columns, const std::string& term) {
    return in_scope(scope) + " AND {" + columns + "} : \"" + term + "\"";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += word + " ";
    return text;
}

std::vector<std::int64_t> numbers_with(store::Read& read, const std::string& expression) {
    auto rows = read.query(
        "SELECT number FROM knowledge_search WHERE knowledge_search MATCH ? ORDER BY number", expression);
    std::vector<std::int64_t> numbers;
    while (rows.step())
        numbers.push_back(rows.values<std::int64_t>());
    return numbers;
}

} // namespace

std::string Knowledge::scope_of(const KnowledgeBase& knowledge) {
    std::string all;
    for (const scenarios::KnowledgeEntry& entry : knowledge) {
        // Each part is hashed with its length, so that no two knowledge bases read the same.
        for (const std::string& part : {entry.title, joined(entry.keywords), entry.content})
            all += std::to_string(part.size()) + ":" + part;
    }
    return "k" + platform::sha256_hex(all);
}

std::int64_t Knowledge::indexed_of(store::Read& read, std::string_view scope) const {
    return read
        .integer("SELECT count(*) FROM knowledge_search WHERE knowledge_search MATCH ?", in_scope(scope))
        .value_or(0);
}

bool Knowledge::index_some(store::Tx& tx, std::string_view scope, const KnowledgeBase& knowledge) {
    const auto from = static_cast<std::size_t>(indexed_of(tx, scope));
    const std::size_t to = std::min(knowledge.size(), from + entries_a_job);
    for (std::size_t i = from; i < to; ++i)
        tx.run(
            "INSERT INTO knowledge_search (scope, number, title, keywords, content) VALUES (?, ?, ?, ?, ?)",
            scope, i, indexed(knowledge[i].title), indexed(joined(knowledge[i].keywords)),
            indexed(knowledge[i].content));
    return to < knowledge.size();
}

std::optional<Finding> Knowledge::search(store::Read& read, std::string_view scope, std::size_t entries,
                                         std::string_view message) const {
    const auto terms = terms_of(message);
    std::map<std::int64_t, double> covered, in_title;
    double all = 0;
    for (const std::string& term : terms) {
        const auto found = numbers_with(read, expression_of(scope, "title keywords content", term));
        // A word that is in every entry still counts a little; a word that is nowhere counts most.
        const double rows = found.empty() ? 0.5 : static_cast<double>(found.size());
        const double weight = std::log(1.0 + static_cast<double>(entries) / rows);
        all += weight;
        for (const std::int64_t number : found)
            covered[number] += weight;
        if (found.empty()) continue;
        for (const std::int64_t number : numbers_with(read, expression_of(scope, "title keywords", term)))
            in_title[number] += weight;
    }
    std::optional<Finding> best;
    double best_rank = 0;
    for (const auto& [number, weight] : covered) {
        const double rank = weight + in_title[number]; // what the title names is what the entry is about
        if (rank <= best_rank) continue;
        best_rank = rank;
        best = Finding{number, weight / all};
    }
    return best;
}

} // namespace chat
