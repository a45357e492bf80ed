// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/restore_journal.h"

#include "agent/host/files.h"
#include "agent/host/lines.h"
#include "agent/host/read_text.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

// One line a claim, words between single spaces, "-" for what is absent:
//   driver BOOT DRIVER OVERRIDE ADDRESS
//   file BOOT DEV INODE MAJOR MINOR UID GID MODE LABEL SET_UID SET_GID SET_LABEL PATH
constexpr std::string_view first_line = "vmwarden-restore 1";
constexpr std::string_view suffix = ".journal";
constexpr std::size_t words_of_claim = 14;
constexpr std::size_t words_of_driver = 5;

bool is_plain(char c) {
    return c > ' ' && c < 0x7f && c != '%';
}

std::string word(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (text.empty()) return "-";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain(c) && text != "-") {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

// Reads words one after the other; the first that is wrong makes all of it wrong.
class Words {
  public:
    explicit Words(std::string_view line) {
        host::for_each_piece(line, ' ', [&](std::string_view piece) { words_.push_back(piece); });
    }
    [[nodiscard]] std::size_t count() const { return words_.size(); }
    [[nodiscard]] bool good() const { return good_; }

    bool absent() { return words_[next_] == "-"; }
    void skip() { ++next_; }
    template <class Number>
    void read(Number& value) {
        const std::string_view text = words_[next_++];
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        good_ = good_ && error == std::errc() && end == text.data() + text.size();
    }
    void read(std::string& value) {
        std::string_view text = words_[next_++];
        value.clear();
        if (text == "-") return;
        while (!text.empty()) {
            if (text[0] != '%') {
                value += text[0];
                text.remove_prefix(1);
                continue;
            }
            unsigned char byte = 0;
            const bool whole = text.size() >= 3;
            const auto* end = text.data() + (whole ? 3 : 0);
            good_ = good_ && whole && std::from_chars(text.data() + 1, end, byte, 16).ptr == end;
            if (!good_) return;
            value += static_cast<char>(byte);
            text.remove_prefix(3);
        }
    }

  private:
    std::vector<std::string_view> words_;
    std::size_t next_ = 0;
    bool good_ = true;
};

std::string line_of(const FileClaim& claim) {
    const FileState& was = claim.original;
    const auto& set = claim.set_owner;
    std::string line = "file";
    for (const std::string& each :
         {word(claim.boot), number(was.id.device), number(was.id.inode),
          was.is_device ? number(was.device.major) : "-",
          was.is_device ? number(was.device.minor) : "-", number(was.owner.uid.value),
          number(was.owner.gid.value), number(was.mode), word(was.label),
          set ? number(set->uid.value) : "-", set ? number(set->gid.value) : "-",
          word(claim.set_label), word(claim.path)})
        line += " " + each;
    return line + "\n";
}

std::optional<FileClaim> claim_of(std::string_view line) {
    Words words(line);
    FileClaim claim;
    FileState& was = claim.original;
    if (words.count() != words_of_claim || !line.starts_with("file ")) return std::nullopt;
    words.skip();
    words.read(claim.boot);
    words.read(was.id.device);
    words.read(was.id.inode);
    was.is_device = !words.absent();
    if (was.is_device) {
        words.read(was.device.major);
        words.read(was.device.minor);
    } else {
        words.skip();
        words.skip();
    }
    words.read(was.owner.uid.value);
    words.read(was.owner.gid.value);
    words.read(was.mode);
    words.read(was.label);
    if (words.absent()) {
        words.skip();
        words.skip();
    } else {
        claim.set_owner.emplace();
        words.read(claim.set_owner->uid.value);
        words.read(claim.set_owner->gid.value);
    }
    words.read(claim.set_label);
    words.read(claim.path);
    if (!words.good() || !claim.path.starts_with('/')) return std::nullopt;
    return claim;
}

std::string line_of(const DriverClaim& claim) {
    return "driver " + word(claim.boot) + " " + word(claim.driver) + " " +
           word(claim.override_name) + " " + word(claim.address) + "\n";
}

std::optional<DriverClaim> driver_claim_of(std::string_view line) {
    Words words(line);
    DriverClaim claim;
    if (words.count() != words_of_driver) return std::nullopt;
    words.skip();
    words.read(claim.boot);
    words.read(claim.driver);
    words.read(claim.override_name);
    words.read(claim.address);
    // They become names in sysfs.
    const auto is_name = [](const std::string& text) {
        return text.find('/') == std::string::npos && text != "." && text != "..";
    };
    const bool good =
        words.good() && !claim.address.empty() && is_name(claim.address) && is_name(claim.driver);
    return good ? std::optional(std::move(claim)) : std::nullopt;
}

} // namespace

std::string encode(const Claims& claims) {
    std::string text(first_line);
    text += "\n";
    for (const DriverClaim& claim : claims.drivers)
        text += line_of(claim);
    for (const FileClaim& claim : claims.files)
        text += line_of(claim);
    return text + "end\n";
}

std::optional<Claims> decode(std::string_view text, const std::string& guest) {
    std::vector<std::string_view> lines;
    host::for_each_line(text, [&](std::string_view line) { lines.push_back(line); });
    if (lines.size() < 2 || lines.front() != first_line || lines.back() != "end")
        return std::nullopt;
    Claims claims{guest, {}};
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
        if (lines[i].starts_with("driver ")) {
            auto driver = driver_claim_of(lines[i]);
            if (!driver) return std::nullopt;
            claims.drivers.push_back(std::move(*driver));
            continue;
        }
        auto claim = claim_of(lines[i]);
        if (!claim) return std::nullopt;
        claims.files.push_back(std::move(*claim));
    }
    return claims;
}

RestoreDirectory::RestoreDirectory(const std::string& path)
  : directory_(host::own_directory(path, 0700)) {
    while (flock(directory_.get(), LOCK_EX) < 0)
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "cannot lock " + path);
}

std::vector<std::string> RestoreDirectory::guests() const {
    std::vector<std::string> list;
    for (const std::string& name : host::names_in(directory_.get()))
        if (name.ends_with(suffix) && !name.starts_with('.'))
            list.push_back(name.substr(0, name.size() - suffix.size()));
    return list;
}

std::optional<Claims> RestoreDirectory::read(const std::string& guest) const {
    const auto text = host::read_text(guest + std::string(suffix), directory_.get());
    if (!text && errno == ENOENT) return std::nullopt;
    auto claims = text ? decode(*text, guest) : std::nullopt;
    if (!claims) throw DamagedJournal("the restore journal of " + guest + " cannot be read");
    return claims;
}

std::vector<Claims> RestoreDirectory::others(const std::string& guest) const {
    std::vector<Claims> list;
    for (const std::string& other : guests())
        if (other != guest)
            if (auto claims = read(other)) list.push_back(std::move(*claims));
    return list;
}

void RestoreDirectory::write(const Claims& claims, bool durable) {
    host::write_file(directory_.get(), claims.guest + std::string(suffix), encode(claims), durable);
}

std::string RestoreDirectory::set_aside(const std::string& guest) {
    const std::string name = guest + std::string(suffix), aside = name + ".damaged";
    if (renameat(directory_.get(), name.c_str(), directory_.get(), aside.c_str()) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot rename " + name);
    return aside;
}

void RestoreDirectory::remove(const std::string& guest) {
    const std::string name = guest + std::string(suffix);
    if (unlinkat(directory_.get(), name.c_str(), 0) < 0 && errno != ENOENT)
        throw std::system_error(errno, std::generic_category(), "cannot remove " + name);
}

} // namespace vmwarden::executor
