// lectern manual: man pages and completions for shells, made from what the commands declare, so that they
// never disagree with the program. Hidden: only the package asks for it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <sstream>

#include "app/commands/command_line.h"
#include "app/exit_code.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "platform/version.h"

namespace app {

namespace {

struct Node {
    std::string words; // "lectern person add"
    const CLI::App* command;
};

bool is_shown(const CLI::App& command) {
    return !command.get_group().empty();
}

std::vector<const CLI::App*> children_of(const CLI::App& command) {
    auto children = command.get_subcommands(std::function<bool(const CLI::App*)>());
    std::erase_if(children, [](const CLI::App* child) { return !is_shown(*child); });
    return children;
}

// The command and all below it, in the order in which help shows them.
void collect(const CLI::App& command, const std::string& words, std::vector<Node>& nodes) {
    nodes.push_back({words, &command});
    for (const CLI::App* child : children_of(command))
        collect(*child, words + " " + child->get_name(), nodes);
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames())
        names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        names.push_back("--" + name);
    return names;
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
    std::string all;
    for (const std::string& text : texts)
        all += (all.empty() ? "" : between) + text;
    return all;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

std::string dashed(const std::string& words) {
    return replaced(words, " ", "-");
}

// --- man pages ---

// Text of a man page: hyphens can be copied as such, and no line is taken for a request.
std::string roff(const std::string& text) {
    std::string safe = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
    if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
    safe = replaced(safe, "\n.", "\n\\&.");
    return replaced(safe, "\n'", "\n\\&'");
}

// The first line below "Example:" in the command's help.
std::string example_of(const CLI::App& command) {
    std::string footer = command.get_footer();
    const std::string before = "Example:\n";
    const std::size_t at = footer.find(before);
    if (at == std::string::npos) return "";
    footer = footer.substr(at + before.size());
    return std::string(platform::trimmed(footer.substr(0, footer.find('\n'))));
}

void write_options(const CLI::App& command, std::ostream& page) {
    page << ".SH OPTIONS\n";
    for (const CLI::Option* option : command.get_options()) {
        page << ".TP\n";
        std::vector<std::string> names;
        for (const std::string& name : names_of(*option))
            names.push_back("\\fB" + roff(name) + "\\fR");
        page << (names.empty() ? "\\fI" + roff(option->get_name()) + "\\fR" : joined(names, ", "));
        if (!names.empty() && takes_value(*option))
            page << " \\fI" << roff(option->get_type_name()) << "\\fR";
        page << "\n" << roff(option->get_description());
        if (option->get_required()) page << " (required)";
        if (!option->get_default_str().empty())
            page << " (default: " << roff(option->get_default_str()) << ")";
        page << "\n";
    }
}

void write_exit_status(bool serves, std::ostream& page) {
    const auto line = [&page](int code, const char* meaning) {
        page << ".TP\n" << code << "\n" << roff(meaning) << "\n";
    };
    page << ".SH EXIT STATUS\n";
    line(done, "It is done.");
    line(failed, "It failed; standard error says why.");
    line(wrongly_called, "The command was called wrongly.");
    if (!serves) return;
    line(bad_data, "The data folder is not for this program, or damaged.");
    line(temporary, "The port or the folder is taken, or the disk is full: the next try may succeed.");
    line(no_permission, "The data folder cannot be entered or made.");
    line(bad_configuration, "The configuration, the certificate or the inherited socket is wrong.");
}

std::string title_of(const Node& node) {
    std::string title = dashed(node.words);
    for (char& letter : title)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    return title;
}

std::string man_page(const Node& node) {
    const CLI::App& command = *node.command;
    const auto children = children_of(command);
    std::ostringstream page;
    page << ".TH " << title_of(node) << " 1 \"\" \"Lectern " << platform::version()
         << "\" \"Lectern\"\n.SH NAME\n"
         << dashed(node.words) << " \\- " << roff(command.get_description()) << "\n.SH SYNOPSIS\n.B "
         << roff(node.words) << "\n[\\fIOPTIONS\\fR]" << (children.empty() ? "" : " \\fICOMMAND\\fR ...")
         << "\n";
    write_options(command, page);
    if (!children.empty()) page << ".SH COMMANDS\n";
    for (const CLI::App* child : children)
        page << ".TP\n\\fB" << roff(child->get_name()) << "\\fR\n"
             << roff(child->get_description()) << ". See "
             << roff(dashed(node.words) + "-" + child->get_name()) << "(1).\n";
    if (const std::string example = example_of(command); !example.empty())
        page << ".SH EXAMPLE\n.nf\n" << roff(example) << "\n.fi\n";
    write_exit_status(node.words == "lectern serve", page);
    page << ".SH FILES\n.TP\n/etc/lectern/lectern.toml\nThe server's configuration; it explains each key.\n"
            ".TP\n/var/lib/lectern\nThe data folder.\n";
    if (node.words != "lectern") page << ".SH SEE ALSO\nlectern(1)\n";
    return page.str();
}

// --- completions ---

std::string quoted(const std::string& text) {
    return "'" + replaced(text, "'", "'\\''") + "'";
}

// All command paths but the first, or all options with a value behind their command: patterns of a `case`.
std::string command_patterns(const std::vector<Node>& nodes, const std::string& between) {
    std::vector<std::string> patterns;
    for (const Node& node : nodes)
        if (node.words != "lectern") patterns.push_back(quoted(node.words));
    return joined(patterns, between);
}

std::string value_patterns(const std::vector<Node>& nodes) {
    std::vector<std::string> patterns;
    for (const Node& node : nodes)
        for (const CLI::Option* option : node.command->get_options())
            for (const std::string& name : names_of(*option))
                if (takes_value(*option)) patterns.push_back(quoted(node.words + " " + name));
    return joined(patterns, "|");
}

std::string bash_completion(const std::vector<Node>& nodes) {
    std::ostringstream out;
    out << "# bash completion for lectern, made by \"lectern manual\"\n"
           "_lectern() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} at=lectern words= i\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case \"$at ${COMP_WORDS[i]}\" in\n        "
        << command_patterns(nodes, "|")
        << ") at=\"$at ${COMP_WORDS[i]}\" ;;\n        esac\n    done\n"
           "    case \"$at ${COMP_WORDS[COMP_CWORD - 1]}\" in\n    "
        << value_patterns(nodes) << ") return ;; # the default: a file\n    esac\n    case $at in\n";
    for (const Node& node : nodes) {
        std::vector<std::string> words;
        for (const CLI::App* child : children_of(*node.command))
            words.push_back(child->get_name());
        for (const CLI::Option* option : node.command->get_options())
            for (const std::string& name : names_of(*option))
                words.push_back(name);
        out << "    " << quoted(node.words) << ") words=" << quoted(joined(words, " ")) << " ;;\n";
    }
    out << "    esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "}\n"
           "complete -o default -F _lectern lectern\n";
    return out.str();
}

std::string zsh_completion(const std::vector<Node>& nodes) {
    std::ostringstream out;
    out << "#compdef lectern\n# made by \"lectern manual\"\n"
           "_lectern() {\n"
           "    local at=lectern i\n"
           "    local -a found\n"
           "    for ((i = 2; i < CURRENT; i++)); do\n"
           "        case \"$at ${words[i]}\" in\n        ("
        << command_patterns(nodes, "|")
        << ") at=\"$at ${words[i]}\" ;;\n        esac\n    done\n"
           "    case \"$at ${words[CURRENT-1]}\" in\n    ("
        << value_patterns(nodes) << ") _files; return ;;\n    esac\n    case $at in\n";
    for (const Node& node : nodes) {
        std::vector<std::string> found;
        for (const CLI::App* child : children_of(*node.command))
            found.push_back(quoted(child->get_name() + ":" + child->get_description()));
        for (const CLI::Option* option : node.command->get_options())
            for (const std::string& name : names_of(*option))
                found.push_back(quoted(name + ":" + option->get_description()));
        out << "    (" << quoted(node.words) << ") found=(" << joined(found, " ") << ") ;;\n";
    }
    out << "    esac\n    _describe lectern found\n}\n_lectern \"$@\"\n";
    return out.str();
}

std::string fish_completion(const std::vector<Node>& nodes) {
    std::ostringstream out;
    out << "# fish completion for lectern, made by \"lectern manual\"\n"
           "function __lectern_at\n"
           "    set -l at lectern\n"
           "    for word in (commandline -opc)[2..-1]\n"
           "        switch \"$at $word\"\n            case "
        << command_patterns(nodes, " ")
        << "\n                set at \"$at $word\"\n        end\n    end\n"
           "    test \"$at\" = \"$argv[1]\"\nend\n";
    const auto fish_quoted = [](const std::string& text) {
        return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
    };
    for (const Node& node : nodes) {
        const std::string at = "complete -c lectern -n \"__lectern_at '" + node.words + "'\"";
        for (const CLI::App* child : children_of(*node.command))
            out << at << " -f -a " << child->get_name() << " -d " << fish_quoted(child->get_description())
                << "\n";
        for (const CLI::Option* option : node.command->get_options()) {
            if (names_of(*option).empty()) continue;
            out << at;
            for (const std::string& name : option->get_snames())
                out << " -s " << name;
            for (const std::string& name : option->get_lnames())
                out << " -l " << name;
            out << (takes_value(*option) ? " -r" : "") << " -d " << fish_quoted(option->get_description())
                << "\n";
        }
    }
    return out.str();
}

int write_all(const CLI::App& root, const std::filesystem::path& folder) {
    std::vector<Node> nodes;
    collect(root, "lectern", nodes);
    platform::make_private_folder(folder);
    for (const Node& node : nodes)
        platform::write_file_atomically(folder / (dashed(node.words) + ".1"), man_page(node));
    platform::write_file_atomically(folder / "lectern.bash", bash_completion(nodes));
    platform::write_file_atomically(folder / "lectern.zsh", zsh_completion(nodes));
    platform::write_file_atomically(folder / "lectern.fish", fish_completion(nodes));
    return done;
}

} // namespace

void add_manual(CLI::App& root, Line& line) {
    const auto folder = std::make_shared<std::string>();
    CLI::App& command =
        add_command(root, "manual", "Write man pages and completions for shells into a folder",
                    "lectern manual --out build/manual");
    command.group(""); // hides it
    command.add_option("--out", *folder, "The folder")->required();
    command.callback(
        [folder, &root, &line] { line.action = [folder, &root] { return write_all(root, *folder); }; });
}

} // namespace app
