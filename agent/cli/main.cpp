// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/arguments.h"
#include "agent/cli/failure.h"
#include "agent/cli/uri.h"
#include "agent/cli/verbs.h"
#include "config.h"
#include "src/base/suggest.h"

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace vmwarden::cli {

namespace {

void print_help() {
    std::cout << "vmwarden [-c URI] [--json] [--no-ask-password] VERB ...\n"
                 "Guests under this host's policy.\n\nVerbs:\n";
    for (const auto& verb : verbs()) {
        std::string left = "  " + std::string(verb.name) + " " + std::string(verb.operands);
        for (const auto option : verb.options)
            left += " [--" + std::string(option) + (option.ends_with('=') ? "..." : "") + "]";
        std::cout << left << "\n        " << verb.help << '\n';
    }
    std::cout << "\nExit status: 0 done, 1 failed, 2 usage, 3 refused by policy or authorisation,\n"
                 "4 no such guest, 5 agent unreachable. See vmwarden(1).\n";
}

// The verb is the first word, or the first two ("policy check").
const Verb& find_verb(const std::vector<std::string>& words, std::size_t& used) {
    for (used = std::min<std::size_t>(2, words.size()); used > 0; --used) {
        const auto name = used == 2 ? words[0] + " " + words[1] : words[0];
        for (const auto& verb : verbs())
            if (verb.name == name) return verb;
    }
    std::vector<std::string_view> names;
    for (const auto& verb : verbs())
        names.push_back(verb.name);
    const auto typed =
        words.size() > 1 && words[0] == "policy" ? words[0] + " " + words[1] : words[0];
    const auto hint = did_you_mean(typed, names);
    throw UsageError("unknown verb '" + typed + "'; " +
                     (hint.empty() ? "vmwarden --help lists them" : hint));
}

std::vector<std::string_view> options_with_value() {
    std::vector<std::string_view> names;
    for (const auto& verb : verbs())
        for (const auto option : verb.options)
            if (option.ends_with('=')) names.push_back(option);
    return names;
}

void check_operands(const Verb& verb, std::size_t count) {
    if (count >= verb.min_operands && count <= verb.max_operands) return;
    throw UsageError("usage: vmwarden " + std::string(verb.name) +
                     (verb.operands.empty() ? "" : " " + std::string(verb.operands)));
}

// Which agent is meant: -c, then VMWARDEN_URI, then by who asks.
void check_uri(const GlobalOptions& global) {
    const char* environment = std::getenv("VMWARDEN_URI");
    const std::string text = global.uri         ? *global.uri
                             : environment      ? environment
                             : ::geteuid() == 0 ? "qemu:///system"
                                                : "qemu:///session";
    const auto uri = parse_uri(text);
    if (uri.transport != Transport::unix_socket)
        throw Failure(ExitCode::unreachable,
                      "this version reaches agents on this host only, not " + text +
                          "; run vmwarden over there, for example through ssh");
    if (uri.instance == Instance::session)
        throw Failure(ExitCode::unreachable,
                      "this version has no session agent (" + text +
                          "); ask the system's: vmwarden -c qemu:///system ...");
}

bool offline(const Verb& verb, const VerbOptions& options) {
    const bool edits = verb.run == set_policy || verb.run == unset_policy || verb.run == get_policy;
    if (edits) return true;
    const bool converts =
        verb.run == import_policy || verb.run == domain_from_native || verb.run == domain_to_native;
    return verb.run == check_policy || converts || options.has("offline") || options.has("root");
}

ExitCode run(int argc, char** argv) {
    const std::span<const char* const> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
    auto invocation = parse_invocation(arguments, options_with_value());
    if (invocation.global.help) {
        print_help();
        return ExitCode::done;
    }
    if (invocation.global.version) {
        std::cout << "vmwarden " VMWARDEN_VERSION "\n";
        return ExitCode::done;
    }
    if (invocation.words.empty()) throw UsageError("no verb given; vmwarden --help lists them");
    std::size_t used = 0;
    const auto& verb = find_verb(invocation.words, used);
    auto& words = invocation.words;
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
    check_operands(verb, words.size());
    auto options = parse_verb_options(invocation.verb_options, verb.options);
    if (!offline(verb, options)) check_uri(invocation.global);
    Context context(invocation.global, std::move(options), std::move(words));
    const auto code = verb.run(context);
    if (!std::cout.flush()) throw Failure(ExitCode::failed, "cannot write the answer to stdout");
    return code;
}

// A text that names a place of its own ("file:line:col: error: …") stands alone.
void print(const Failure& failure) {
    std::string text = failure.what();
    if (text.find(": error: ") == std::string::npos) text = "vmwarden: error: " + text;
    std::cerr << text << (text.ends_with('\n') ? "" : "\n");
}

} // namespace

} // namespace vmwarden::cli

int main(int argc, char** argv) {
    using namespace vmwarden::cli;
    std::setlocale(LC_TIME, "");
    try {
        return static_cast<int>(argc > 0 ? run(argc, argv) : ExitCode::usage);
    } catch (const Failure& failure) {
        print(failure);
        return static_cast<int>(failure.code());
    } catch (const std::exception& unexpected) {
        std::cerr << "vmwarden: error: " << unexpected.what() << '\n';
        return static_cast<int>(ExitCode::failed);
    }
}
