// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/last_good_policy.h"

#include "agent/host/files.h"
#include "src/base/checksum.h"
#include "src/base/units.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {

namespace {

constexpr std::string_view format = "vmwarden-last-good-policy 1 ";

// Takes what stands before `end` and `end` itself off the front.
std::optional<std::string_view> take_until(std::string_view& bytes, char end) {
    const auto at = bytes.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const auto taken = bytes.substr(0, at);
    bytes.remove_prefix(at + 1);
    return taken;
}

std::optional<std::size_t> take_size(std::string_view& bytes, char end) {
    const auto digits = take_until(bytes, end);
    const auto size = digits ? parse_number(*digits) : std::nullopt;
    if (!size || *size > bytes.size()) return std::nullopt;
    return static_cast<std::size_t>(*size);
}

// "NAMEBYTES TEXTBYTES\nNAMETEXT\n"
std::optional<PolicyFile> take_file(std::string_view& bytes) {
    const auto name = take_size(bytes, ' ');
    const auto text = name ? take_size(bytes, '\n') : std::nullopt;
    if (!text || bytes.size() - *text <= *name || bytes[*name + *text] != '\n') return std::nullopt;
    PolicyFile file{std::string(bytes.substr(0, *name)), std::string(bytes.substr(*name, *text))};
    bytes.remove_prefix(*name + *text + 1);
    return file;
}

void require_ours(int fd, const std::string& path) {
    const auto status = status_of(fd);
    if (status.st_uid == geteuid() && (status.st_mode & 022) == 0) return;
    throw std::system_error(EPERM, std::generic_category(),
                            path + " belongs to or may be written by others");
}

[[noreturn]] void fail(int error, const std::string& path) {
    throw std::system_error(error, std::generic_category(), path);
}

// None when there is none.
std::optional<std::string> read_kept(const std::string& directory) {
    const auto path = directory + "/" + std::string(last_good_name);
    const UniqueFd parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent && errno == ENOENT) return std::nullopt;
    if (!parent) fail(errno, directory);
    require_ours(parent.get(), directory);
    const UniqueFd fd(openat(parent.get(), std::string(last_good_name).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && errno == ENOENT) return std::nullopt;
    if (!fd) fail(errno, path);
    require_ours(fd.get(), path);
    if (!S_ISREG(status_of(fd.get()).st_mode)) fail(EINVAL, path);

    std::string bytes;
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = read(fd.get(), buffer.data(), buffer.size())) != 0;) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno, path);
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
        if (bytes.size() > max_last_good_bytes) fail(EFBIG, path);
    }
    return bytes;
}

} // namespace

std::string encode_last_good(std::span<const PolicyFile> files) {
    std::string body;
    for (const auto& file : files)
        body += std::to_string(file.name.size()) + " " + std::to_string(file.text.size()) + "\n" +
                file.name + file.text + "\n";
    return seal_last_good(body);
}

std::string seal_last_good(const std::string& body) {
    return std::string(format) + checksum(body) + "\n" + body;
}

std::optional<std::vector<PolicyFile>> decode_last_good(std::string_view bytes) {
    if (!bytes.starts_with(format)) return std::nullopt;
    bytes.remove_prefix(format.size());
    const auto sum = take_until(bytes, '\n');
    if (!sum || *sum != checksum(bytes)) return std::nullopt;
    std::vector<PolicyFile> files;
    while (!bytes.empty()) {
        auto file = take_file(bytes);
        if (!file) return std::nullopt;
        files.push_back(std::move(*file));
    }
    return files;
}

LastGoodPolicy read_last_good(const std::string& directory) {
    try {
        const auto bytes = read_kept(directory);
        if (!bytes) return {};
        if (auto files = decode_last_good(*bytes)) return {std::move(files), {}};
        return {{}, directory + "/" + std::string(last_good_name) + " is damaged or was changed"};
    } catch (const std::system_error& error) {
        return {{}, error.what()};
    }
}

void keep_last_good(const std::string& directory, std::span<const PolicyFile> files) {
    const auto bytes = encode_last_good(files);
    if (bytes.size() > max_last_good_bytes) fail(EFBIG, directory);
    const auto parent = own_directory(directory, 0700);
    require_ours(parent.get(), directory);
    write_file(parent.get(), std::string(last_good_name), bytes, true);
}

} // namespace vmwarden::host
