// SPDX-License-Identifier: LGPL-2.1-or-later
// Guests' accounts may write in these directories, so nothing found there is trusted: an entry is
// opened once, without following it anywhere, and looked at and changed through that descriptor.
#include "agent/executor/own_directories.h"

#include "agent/executor/restore_journal.h"
#include "agent/host/files.h"
#include "agent/host/read_text.h"
#include "src/base/text.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

namespace vmwarden::executor {
namespace {

constexpr const char* record_file = "owners";
constexpr unsigned most_depth = 8;
constexpr std::size_t most_entries = 100'000;
constexpr std::size_t most_lines = 50;

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};
using Stream = std::unique_ptr<DIR, CloseDirectory>;

Stream entries_of(int directory) {
    UniqueFd fd(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Stream stream(fd ? fdopendir(fd.get()) : nullptr);
    if (stream) (void)fd.release(); // the stream owns it now
    return stream;
}

// O_PATH waits for no reader of a FIFO and wakes no device; a link is opened itself.
UniqueFd open_entry(int directory, const char* name) {
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    return UniqueFd(static_cast<int>(syscall(SYS_openat2, directory, name, &how, sizeof how)));
}

OwnedEntry entry_of(const struct stat& status) {
    OwnedEntry entry;
    if (S_ISDIR(status.st_mode)) entry.kind = OwnedEntry::Kind::directory;
    if (S_ISREG(status.st_mode)) entry.kind = OwnedEntry::Kind::file;
    entry.id = host::id_of(status);
    entry.owner = {Uid{status.st_uid}, Gid{status.st_gid}};
    entry.names = status.st_nlink;
    return entry;
}

std::string owner_text(const Owner& owner) {
    return std::to_string(owner.uid.value) + ":" + std::to_string(owner.gid.value);
}

class Walk {
  public:
    Walk(const Giving& giving, OwnershipPass& pass)
      : giving_(giving)
      , pass_(pass) {}

    void into(const OwnDirectory& directory) {
        guests_own_ = directory.guests_own;
        try {
            visit(host::open_in_place(directory.path), directory.path, 0);
        } catch (const std::system_error& error) {
            if (error.code().value() == ELOOP)
                say(directory.path + " is behind a link: its owner is left to who made that");
            else if (error.code().value() != ENOENT)
                fail(error.what());
        }
    }
    [[nodiscard]] std::size_t given() const { return given_; }

  private:
    void visit(const UniqueFd& fd, const std::string& path, unsigned depth) {
        struct stat status {};
        if (fstat(fd.get(), &status) < 0) return fail(path + ": " + std::strerror(errno));
        const auto entry = entry_of(status);
        carry_out(judge(entry, giving_, guests_own_), fd, path);
        if (entry.kind != OwnedEntry::Kind::directory) return;
        if (depth == most_depth)
            return fail(path + " lies too deep: what is in it was not looked at");
        list(fd, path, depth);
    }

    void list(const UniqueFd& fd, const std::string& path, unsigned depth) {
        const auto stream = entries_of(fd.get());
        if (!stream) return fail("cannot list " + path + ": " + std::strerror(errno));
        while (const dirent* entry = readdir(stream.get())) {
            const std::string name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (++seen_ > most_entries) {
                if (seen_ == most_entries + 1)
                    fail("there is more in " + path + " than is looked at");
                return;
            }
            open_and_visit(fd, name, path + "/" + name, depth + 1);
        }
    }

    void open_and_visit(const UniqueFd& parent, const std::string& name, const std::string& path,
                        unsigned depth) {
        const UniqueFd fd = open_entry(parent.get(), name.c_str());
        if (fd) return visit(fd, path, depth);
        if (errno == EXDEV) return say(path + " is another file system: it is left alone");
        if (errno != ENOENT && errno != ELOOP) fail(path + ": " + std::strerror(errno));
    }

    void carry_out(const Verdict& verdict, const UniqueFd& fd, const std::string& path) {
        switch (verdict.kind) {
        case Verdict::Kind::leave:
            return;
        case Verdict::Kind::in_use:
            pass_.complete = false;
            return say(path + " is in use: it is given when its guest has ended");
        case Verdict::Kind::many_names:
            return say(path + " has another name elsewhere: it is left alone");
        case Verdict::Kind::give:
            // The kernel drops set-id bits of files.
            if (fchownat(fd.get(), "", verdict.owner.uid.value, verdict.owner.gid.value,
                         AT_EMPTY_PATH) < 0)
                return fail(path + " cannot be given to " + owner_text(verdict.owner) + ": " +
                            std::strerror(errno));
            ++given_;
        }
    }

    // Names are guests' choice.
    void say(const std::string& line) {
        if (pass_.log.size() < most_lines) pass_.log.push_back(printable(line));
    }
    void fail(const std::string& line) {
        pass_.complete = false;
        say(line);
    }

    const Giving& giving_;
    OwnershipPass& pass_;
    bool guests_own_ = false;
    std::size_t seen_ = 0;
    std::size_t given_ = 0;
};

// Throws for a damaged journal, which hides what is in use.
void add_claimed(std::set<FileId>& files, const RestoreDirectory& journals) {
    for (const std::string& guest : journals.guests())
        if (const auto claims = journals.read(guest))
            for (const FileClaim& claim : claims->files)
                files.insert(claim.original.id);
}

std::optional<std::vector<Owner>> kept_accounts(int directory, OwnershipPass& pass) {
    const auto text = host::read_text(record_file, directory);
    if (!text && errno == ENOENT) return std::nullopt;
    auto accounts = text ? decode_accounts(*text) : std::nullopt;
    if (!accounts)
        pass.log.emplace_back("the record of accounts that were applied cannot be read: files of "
                              "other accounts than the build's stay as they are");
    return accounts;
}

} // namespace

const OwnPlaces& system_own_places() {
    static const OwnPlaces places{"/var/lib/vmwarden/policy",
                                  {{"/var/lib/vmwarden/nvram", true},
                                   {"/var/lib/vmwarden/images", false},
                                   {"/var/lib/vmwarden/save", false},
                                   {"/var/cache/vmwarden", false}}};
    return places;
}

OwnershipPass give_own_directories(const Owner& now, const std::optional<Owner>& installed,
                                   std::set<FileId> in_use, const Places& places,
                                   const OwnPlaces& own) {
    OwnershipPass pass;
    const UniqueFd directory = host::own_directory(own.record, 0700);
    const auto record = [&](const std::vector<Owner>& accounts) {
        host::write_file(directory.get(), record_file, encode(accounts), true);
    };
    auto before = kept_accounts(directory.get(), pass);
    if (before == std::vector{now}) return pass;
    if (!before && installed) before = {*installed};
    if (!before) before.emplace();
    record(with_account(*before, now));
    std::erase(*before, now);
    if (before->empty()) return pass;

    // Held to the end: a launch that claims a file waits, and finds the owner it has then.
    const RestoreDirectory journals(places.restore);
    add_claimed(in_use, journals);
    const Giving giving{std::move(*before), now, std::move(in_use)};
    Walk walk(giving, pass);
    for (const OwnDirectory& each : own.directories)
        walk.into(each);
    if (pass.complete) record({now});
    if (walk.given() != 0)
        pass.done = "gave " + std::to_string(walk.given()) +
                    " files and directories of its own to " + owner_text(now);
    return pass;
}

} // namespace vmwarden::executor
