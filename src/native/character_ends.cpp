// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/character_ends.h"

#include "src/base/text.h"
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

namespace vmwarden::native {

namespace {

using Source = CharacterSource;

class EndReader {
  public:
    EndReader(Import& import, const Option& option, Properties properties,
              CharacterDevice& character)
      : import_(import)
      , option_(option)
      , properties_(std::move(properties))
      , character_(character) {}

    bool read() {
        properties_.take("id");
        if (properties_.peek("debug") == "0") properties_.take("debug");
        take_log();
        const auto type = properties_.take("backend").value_or("");
        return read_type(type) && !failed_ && properties_.left().empty();
    }

  private:
    bool read_type(const std::string& type) {
        if (type == "socket") return read_socket();
        if (type == "stdio") {
            properties_.take("mux");
            properties_.take("signal");
            warn_of_terminal();
        }
        if (type == "file") {
            character_.append = turn("append").value_or(false);
            return read_path(Source::file);
        }
        if (type == "serial" || type == "tty" || type == "parallel" || type == "parport")
            return read_path(Source::device);
        if (type == "spiceport") return read_channel(Source::spiceport);
        if (type == "dbus") return read_channel(Source::dbus);
        if (type == "spicevmc")
            return properties_.take("name") == "vdagent" && is(Source::spicevmc);
        if (type == "qemu-vdagent") {
            character_.clipboard = turn("clipboard");
            character_.client_mouse = turn("mouse");
            return is(Source::vdagent);
        }
        if (type == "pty" || type == "stdio") return is(Source::pty);
        return (type == "null" && is(Source::null)) || (type == "vc" && is(Source::vc));
    }

    bool is(Source source) {
        character_.source = source;
        return true;
    }

    std::optional<bool> turn(std::string_view key) {
        const auto text = properties_.take(key);
        const auto on = text ? switch_of(*text) : std::nullopt;
        if (text && !on) failed_ = true;
        return on;
    }

    void take_log() {
        character_.log = properties_.take("logfile").value_or("");
        character_.log_append = turn("logappend").value_or(false);
        if (!character_.log.empty() && !character_.log.starts_with('/')) failed_ = true;
    }

    bool read_path(Source source) {
        character_.path = properties_.take("path").value_or("");
        return character_.path.starts_with('/') && is(source);
    }
    bool read_channel(Source source) {
        character_.channel = properties_.take("name").value_or("");
        return !character_.channel.empty() && is(source);
    }

    // One that QEMU listens at, and does not wait for.
    bool read_socket() {
        const bool listens = turn("server").value_or(false);
        const auto waits = turn("wait");
        const bool nowait = properties_.take("nowait").has_value();
        if (!listens || waits.value_or(!nowait)) return false;
        if (properties_.take("fd")) return lose_descriptor();
        const auto path = properties_.take("path");
        if (!path) return read_listener();
        character_.path = *path;
        return (path->starts_with('/') || is_own_socket(*path)) && is(Source::unix_listener);
    }

    // It was of the process that started the line.
    bool lose_descriptor() {
        const bool channel = character_.target == CharacterDevice::Target::virtio_channel;
        import_.warn(option_, "'" + option_.text() +
                                  "' has the descriptor of whoever started the " +
                                  "line: here it is " +
                                  (channel ? "a socket of the agent's" : "a pseudo-terminal"));
        return is(channel ? Source::unix_listener : Source::pty);
    }

    // Of a line of ours: the agent's to make.
    bool is_own_socket(const std::string& path) {
        const bool channel = character_.target == CharacterDevice::Target::virtio_channel;
        constexpr std::size_t most = 64;
        for (std::size_t i = 0; channel && i < most; ++i)
            if (path == qemu::channel_socket_by_hand(i)) {
                character_.path.clear();
                return true;
            }
        return false;
    }

    bool read_listener() {
        const auto host = properties_.take("host").value_or("");
        const auto port = parse_unsigned(properties_.take("port").value_or(""));
        character_.telnet = turn("telnet").value_or(false);
        if (!port || *port > 65535) return false;
        if (host.empty())
            import_.warn(option_,
                         "'" + option_.text() + "' listens on every address: here it is 127.0.0.1",
                         "write host='0.0.0.0' in <source> if that is wanted");
        character_.host = host == "localhost" ? "127.0.0.1" : host;
        character_.service = static_cast<unsigned>(*port);
        return is(Source::tcp_listener);
    }

    void warn_of_terminal() {
        import_.warn(option_,
                     "'" + option_.text() + "' becomes a pseudo-terminal: a guest here has no " +
                         "terminal of its own",
                     "vmwarden console connects to it");
    }

    Import& import_;
    const Option& option_;
    Properties properties_;
    CharacterDevice& character_;
    bool failed_ = false;
};

// "HOST:PORT,server,nowait", the host perhaps empty or in brackets.
std::string listener_words(const std::string& text, std::string_view telnet) {
    const auto comma = text.find(',');
    const auto address = text.substr(0, comma);
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return {};
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    qemu::Options options("socket");
    options.set("host", host).set("port", address.substr(colon + 1)).set("telnet", telnet);
    return options.text() + (comma == std::string::npos ? "" : text.substr(comma));
}

} // namespace

bool take_end(Import& import, const Option& option, Properties properties,
              CharacterDevice& character) {
    return EndReader(import, option, std::move(properties), character).read();
}

Pending* take_chardev(Import& import, const std::string& id, CharacterDevice& character) {
    const auto found = import.chardevs.find(id);
    if (found == import.chardevs.end() || found->second.done) return nullptr;
    auto& chardev = found->second;
    if (!take_end(import, *chardev.option, chardev.properties, character)) return nullptr;
    return &chardev;
}

Properties short_end(const std::string& text) {
    const auto parsed = [](const std::string& words) {
        return Properties::parse(words, "backend").value_or(Properties());
    };
    const auto with_path = [&](const char* type, const std::string& path) {
        return parsed(qemu::Options(type).set("path", path).text());
    };
    if (text == "mon:stdio") return parsed("stdio");
    if (text.starts_with("file:")) return with_path("file", text.substr(5));
    if (text.starts_with("/dev/parport")) return with_path("parallel", text);
    if (text.starts_with("/dev/")) return with_path("serial", text);
    if (text.starts_with("unix:")) return parsed("socket,path=" + text.substr(5));
    if (text.starts_with("tcp:")) return parsed(listener_words(text.substr(4), "off"));
    if (text.starts_with("telnet:")) return parsed(listener_words(text.substr(7), "on"));
    return parsed(text);
}

} // namespace vmwarden::native
