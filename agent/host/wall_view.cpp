// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/wall_view.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <limits>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::host {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno == ENOENT ? ESRCH : errno, std::generic_category(), what);
}

// A namespace is the file that its link leads to (namespaces(7)).
FileId namespace_of(int process, const char* kind) {
    const auto path = "ns/" + std::string(kind);
    struct stat status {};
    if (::fstatat(process, path.c_str(), &status, 0) != 0)
        fail("cannot look at a process' namespaces");
    return {status.st_dev, status.st_ino};
}

// As /proc/PID/limits calls them, the spaces behind as well: one name begins with another.
struct LimitName {
    std::string_view name;
    int resource;
};
constexpr LimitName limit_names[] = {
    {"Max cpu time ", RLIMIT_CPU},
    {"Max file size ", RLIMIT_FSIZE},
    {"Max data size ", RLIMIT_DATA},
    {"Max stack size ", RLIMIT_STACK},
    {"Max core file size ", RLIMIT_CORE},
    {"Max resident set ", RLIMIT_RSS},
    {"Max processes ", RLIMIT_NPROC},
    {"Max open files ", RLIMIT_NOFILE},
    {"Max locked memory ", RLIMIT_MEMLOCK},
    {"Max address space ", RLIMIT_AS},
    {"Max file locks ", RLIMIT_LOCKS},
    {"Max pending signals ", RLIMIT_SIGPENDING},
    {"Max msgqueue size ", RLIMIT_MSGQUEUE},
    {"Max nice priority ", RLIMIT_NICE},
    {"Max realtime priority ", RLIMIT_RTPRIO},
};

// mountinfo writes space, tab, newline and backslash as an octal number.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const auto* digits = text.data() + i + 1;
        const bool escape = text[i] == '\\' && i + 3 < text.size() &&
                            std::from_chars(digits, digits + 3, byte, 8).ptr == digits + 3;
        out += escape ? static_cast<char>(byte) : text[i];
        if (escape) i += 3;
    }
    return out;
}

bool has_option(std::string_view options, std::string_view wanted) {
    bool found = false;
    for_each_piece(options, ',',
                   [&](std::string_view option) { found = found || option == wanted; });
    return found;
}

std::uint64_t limit_of(std::string_view text) {
    if (text == "unlimited") return std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// prlimit(2) would want a capability for what anybody may read here.
void note_limits(KernelView& view, const std::string& text) {
    for_each_line(text, [&](std::string_view line) {
        for (const auto& [name, resource] : limit_names) {
            if (!line.starts_with(name)) continue;
            std::vector<std::string_view> words;
            for_each_piece(line.substr(name.size()), ' ', [&](std::string_view word) {
                if (!word.empty()) words.push_back(word);
            });
            if (words.size() >= 2) view.limits[resource] = {limit_of(words[0]), limit_of(words[1])};
        }
    });
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t from = 0, end = 0; from < text.size(); from = end + 1) {
        end = std::min(text.find('\0', from), text.size());
        words.push_back(text.substr(from, end - from));
    }
    return words;
}

} // namespace

NamespacesView namespaces_view(const UniqueFd& process) {
    const UniqueFd self(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!self) fail("cannot look at the agent's own namespaces");
    const auto own = [&](const char* kind) {
        return namespace_of(process.get(), kind) != namespace_of(self.get(), kind);
    };
    return {own("mnt"), own("pid"), own("ipc"), own("net")};
}

std::vector<MountView> parse_mountinfo(std::string_view text) {
    constexpr std::size_t point = 4;
    constexpr std::size_t options = 5;
    std::vector<MountView> mounts;
    for_each_line(text, [&](std::string_view line) {
        std::vector<std::string_view> words;
        for_each_piece(line, ' ', [&](std::string_view word) { words.push_back(word); });
        if (words.size() > options)
            mounts.push_back({unescaped(words[point]), has_option(words[options], "ro")});
    });
    return mounts;
}

void note_walls(KernelView& view, const UniqueFd& process) {
    view.namespaces = namespaces_view(process);
    if (view.namespaces.mount)
        if (const auto text = read_text("mountinfo", process.get()))
            view.mounts = parse_mountinfo(*text);
    if (const auto text = read_text("limits", process.get())) note_limits(view, *text);
    if (const auto text = read_text("environ", process.get())) view.environment = words_of(*text);
    if (const auto text = read_text("oom_score_adj", process.get())) {
        int score = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), score);
        if (error == std::errc() && end != text->data()) view.oom_score_adjust = score;
    }
}

} // namespace vmwarden::host
