#include "app/commands/data_command.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

#include "app/admin_socket.h"
#include "app/alone.h"
#include "app/commands/commands.h"
#include "platform/error.h"
#include "platform/text.h"
#include "store/folder.h"

namespace app {

namespace {

constexpr std::size_t most_of_a_secret = 1024;

std::string argument_name(std::string option) {
    option.erase(0, option.find_first_not_of('-'));
    std::ranges::replace(option, '-', '_');
    return option;
}

std::string cell(const Json& value) {
    if (value.is_null()) return "-";
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_table(const Json& items, const std::vector<std::string>& columns, std::ostream& out) {
    std::vector<std::vector<std::string>> rows{columns};
    for (const Json& item : items) {
        auto& row = rows.emplace_back();
        for (const std::string& column : columns)
            row.push_back(cell(JsonFields(item).json(column)));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], platform::utf8_length(row[i]));
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] + 2 - platform::utf8_length(row[i]), ' ');
        out << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
    }
}

} // namespace

struct DataCommand::State {
    std::string name;
    std::filesystem::path folder = "/var/lib/lectern";
    Json arguments = Json::object();
    bool json = false;
    std::vector<std::pair<std::string, std::string>> secrets; // argument and prompt
    std::function<void(const JsonFields&, std::ostream&)> say;

    int run(const Streams& streams) {
        for (const auto& [argument, prompt] : secrets)
            arguments[argument] = read_secret(streams, prompt);
        const Json result = run_on_folder(folder, name, arguments);
        if (json)
            streams.out << JsonFields(result).json("items").dump(2) << "\n";
        else
            say(JsonFields(result), streams.out);
        return 0;
    }
};

DataCommand::DataCommand(CLI::App& parent, Line& line, const std::string& name, const std::string& summary,
                         const std::string& example)
    : command_(&add_command(parent, name.substr(name.rfind(' ') + 1), summary, example)),
      state_(std::make_shared<State>()) {
    state_->name = name;
    command_->add_option("--data", state_->folder, "The data folder")->capture_default_str();
    command_->callback([state = state_, command = command_, &line] {
        if (!command->get_subcommands().empty()) return; // "backup verify" is not "backup"
        line.action = [state, &line] { return state->run(line.streams); };
    });
}

CLI::Option& DataCommand::option(const std::string& name, const std::string& what, bool number) {
    const auto store = [state = state_, argument = argument_name(name), number](const std::string& text) {
        const auto value = platform::parse_integer(text);
        if (number && !value) throw CLI::ValidationError(argument, "'" + text + "' is not a whole number");
        state->arguments[argument] = number ? Json(*value) : Json(text);
    };
    return *command_->add_option_function<std::string>(name, store, what)
                ->type_name(number ? "NUMBER" : "TEXT");
}

DataCommand& DataCommand::needs(const std::string& name, const std::string& what) {
    option(name, what, false).required();
    return *this;
}

DataCommand& DataCommand::may(const std::string& name, const std::string& what) {
    option(name, what, false);
    return *this;
}

DataCommand& DataCommand::needs_number(const std::string& name, const std::string& what) {
    option(name, what, true).required();
    return *this;
}

DataCommand& DataCommand::may_number(const std::string& name, const std::string& what) {
    option(name, what, true);
    return *this;
}

DataCommand& DataCommand::flag(const std::string& name, const std::string& what) {
    const auto store = [state = state_, argument = argument_name(name)](std::int64_t) {
        state->arguments[argument] = true;
    };
    command_->add_flag_function(name, store, what);
    return *this;
}

DataCommand& DataCommand::needs_file(const std::string& name, const std::string& argument,
                                     std::size_t most_bytes, const std::string& what) {
    const auto store = [state = state_, argument, most_bytes](const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(file), {});
        if (!file.good() && bytes.empty())
            throw CLI::ValidationError(argument, "'" + path + "' cannot be read");
        if (bytes.size() > most_bytes) throw CLI::ValidationError(argument, "'" + path + "' is too large");
        state->arguments[argument] = platform::hex(bytes);
    };
    command_->add_option_function<std::string>(name, store, what)->type_name("FILE")->required();
    return *this;
}

DataCommand& DataCommand::asks_secret(const std::string& argument, const std::string& prompt) {
    state_->secrets.emplace_back(argument, prompt);
    return *this;
}

DataCommand& DataCommand::may_ask_secret(const std::string& name, const std::string& argument,
                                         const std::string& what) {
    const auto ask = [state = state_, argument](std::int64_t) {
        state->secrets.emplace_back(argument, "Password: ");
    };
    command_->add_flag_function(name, ask, what);
    return *this;
}

DataCommand& DataCommand::says(std::function<void(const JsonFields&, std::ostream&)> say) {
    state_->say = std::move(say);
    return *this;
}

DataCommand& DataCommand::lists(std::vector<std::string> columns) {
    command_->add_flag("--json", state_->json, "Print JSON");
    return says([columns = std::move(columns)](const JsonFields& result, std::ostream& out) {
        print_table(result.json("items"), columns, out);
    });
}

Json run_on_folder(const std::filesystem::path& folder, const std::string& name, const Json& arguments) {
    // A server that is starting holds the folder before its socket listens, and one that is stopping holds it
    // for longer. So wait a few seconds to find out who runs the command.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
        if (auto result = ask_server(folder, name, arguments)) return *result;
        try {
            become_owner_of(folder);
            return run_alone(folder, name, arguments);
        } catch (const store::FolderInUse&) {
            if (std::chrono::steady_clock::now() > until) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

std::string read_secret(const Streams& streams, const std::string& prompt) {
    termios before{};
    const bool terminal = &streams.in == &std::cin && ::tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        streams.error << prompt << std::flush;
    }
    std::string secret;
    for (char letter; secret.size() < most_of_a_secret && streams.in.get(letter) && letter != '\n';)
        secret += letter;
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        streams.error << "\n";
    }
    if (!secret.empty() && secret.back() == '\r') secret.pop_back();
    return secret;
}

} // namespace app
