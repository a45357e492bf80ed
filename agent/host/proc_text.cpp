// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/proc_text.h"

#include "agent/host/lines.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <limits>

namespace vmwarden::host {

namespace {

template <class Number>
std::optional<Number> number_in(std::string_view word, int base = 10) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return number;
}

// Numbers between blanks; none when anything else stands there.
std::optional<std::vector<std::uint32_t>> numbers_in(std::string_view text) {
    std::vector<std::uint32_t> numbers;
    bool good = true;
    for_each_piece(text, ' ', [&](std::string_view group) {
        for_each_piece(group, '\t', [&](std::string_view word) {
            const auto number = number_in<std::uint32_t>(word);
            good = good && (number || word.empty());
            if (number) numbers.push_back(*number);
        });
    });
    if (!good) return std::nullopt;
    return numbers;
}

// One status text and whether all asked of it so far was there.
class StatusReader {
  public:
    explicit StatusReader(std::string_view text)
      : text_(text) {}

    [[nodiscard]] bool good() const { return good_; }

    std::array<std::uint32_t, 4> ids(std::string_view key) {
        const auto numbers = numbers_in(value_of(text_, key));
        std::array<std::uint32_t, 4> result{};
        if (numbers && numbers->size() == result.size())
            std::copy(numbers->begin(), numbers->end(), result.begin());
        else
            good_ = false;
        return result;
    }

    std::vector<Gid> groups() {
        const auto numbers = numbers_in(value_of(text_, "Groups:"));
        std::vector<Gid> groups;
        // A process without supplementary groups has the line, too, but nothing on it.
        if (!numbers || text_.find("\nGroups:") == std::string_view::npos) {
            good_ = false;
            return groups;
        }
        for (const auto number : *numbers)
            groups.push_back(Gid{number});
        std::sort(groups.begin(), groups.end());
        return groups;
    }

    template <class Number>
    Number number(std::string_view key, int base) {
        const auto number = number_in<Number>(value_of(text_, key), base);
        if (!number) good_ = false;
        return number.value_or(0);
    }

    [[nodiscard]] bool has(std::string_view key) const { return value_of(text_, key).data(); }

  private:
    std::string_view text_;
    bool good_ = true;
};

CapabilitySets capabilities_of(StatusReader& reader) {
    return {.inheritable = reader.number<std::uint64_t>("CapInh:", 16),
            .permitted = reader.number<std::uint64_t>("CapPrm:", 16),
            .effective = reader.number<std::uint64_t>("CapEff:", 16),
            .bounding = reader.number<std::uint64_t>("CapBnd:", 16),
            .ambient = reader.number<std::uint64_t>("CapAmb:", 16)};
}

} // namespace

std::optional<ProcessStatus> parse_status(std::string_view text) {
    StatusReader reader(text);
    ProcessStatus status;
    status.uids = reader.ids("Uid:");
    status.gids = reader.ids("Gid:");
    status.groups = reader.groups();
    status.capabilities = capabilities_of(reader);
    status.no_new_privs = reader.number<unsigned>("NoNewPrivs:", 10) == 1;
    if (reader.has("Seccomp:")) status.seccomp_mode = reader.number<int>("Seccomp:", 10);
    if (reader.has("Seccomp_filters:"))
        status.seccomp_filters = reader.number<unsigned>("Seccomp_filters:", 10);
    status.parent = reader.number<pid_t>("PPid:", 10);
    if (!reader.good()) return std::nullopt;
    return status;
}

std::optional<std::string> unified_cgroup(std::string_view text) {
    std::optional<std::string> path;
    for_each_line(text, [&](std::string_view line) {
        if (line.starts_with("0::/")) path = line.substr(3);
    });
    if (path && (*path == "/.." || path->starts_with("/../"))) return std::nullopt;
    return path;
}

std::string parent_cgroup(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::optional<std::uint64_t> cgroup_limit(std::string_view text) {
    const auto line = text.substr(0, text.find('\n'));
    if (line == "max") return std::numeric_limits<std::uint64_t>::max();
    return parse_number(line);
}

bool lists_controller(std::string_view text, std::string_view controller) {
    bool listed = false;
    for_each_piece(text.substr(0, text.find('\n')), ' ',
                   [&](std::string_view one) { listed = listed || one == controller; });
    return listed;
}

std::optional<bool> fdinfo_writable(std::string_view text) {
    const auto flags = number_in<unsigned long>(value_of(text, "flags:"), 8);
    if (!flags) return std::nullopt;
    // O_PATH descriptors carry no access mode, which reads as O_RDONLY.
    return (*flags & O_ACCMODE) != O_RDONLY;
}

std::string fdinfo_network(std::string_view text) {
    return std::string(value_of(text, "iff:"));
}

std::optional<pid_t> fdinfo_pid(std::string_view text) {
    return number_in<pid_t>(value_of(text, "Pid:"));
}

std::string attribute_label(std::string_view text) {
    const auto end = text.find_last_not_of(std::string_view("\0\n", 2));
    return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

} // namespace vmwarden::host
