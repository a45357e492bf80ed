// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/qmp/qmp.h"

#include <algorithm>

namespace vmwarden::qmp {

namespace {

using nlohmann::json;

// The deepest nesting of a text, without building anything for it. Wrong brackets are the parser's
// business.
unsigned depth_of(std::string_view text) {
    unsigned depth = 0;
    unsigned deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\')
            ++i;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            deepest = std::max(deepest, ++depth);
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            --depth;
    }
    return deepest;
}

const json* member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> text_member(const json& object, const char* name) {
    const auto* value = member(object, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

std::optional<unsigned> number_member(const json& object, const char* name) {
    const auto* value = member(object, name);
    if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
    const auto number = value->get<std::uint64_t>();
    if (number > 0xffff) return std::nullopt;
    return static_cast<unsigned>(number);
}

// {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, …}, …}}
std::optional<Message> greeting(const json& qmp) {
    const auto* version = qmp.is_object() ? member(qmp, "version") : nullptr;
    const auto* qemu =
        version != nullptr && version->is_object() ? member(*version, "qemu") : nullptr;
    if (qemu == nullptr || !qemu->is_object()) return std::nullopt;
    const auto major = number_member(*qemu, "major");
    const auto minor = number_member(*qemu, "minor");
    const auto micro = number_member(*qemu, "micro");
    if (!major || !minor || !micro) return std::nullopt;
    return Greeting{*major, *minor, *micro};
}

// 0 when there is none; none when it is not one of ours.
std::optional<std::uint64_t> id_of(const json& object) {
    const auto* id = member(object, "id");
    if (id == nullptr) return 0;
    if (!id->is_number_unsigned()) return std::nullopt;
    return id->get<std::uint64_t>();
}

std::optional<Message> error(const json& object, const json& error) {
    if (!error.is_object()) return std::nullopt;
    const auto id = id_of(object);
    auto error_class = text_member(error, "class");
    auto description = text_member(error, "desc");
    if (!id || !error_class || !description) return std::nullopt;
    return Error{*id, std::move(*error_class), std::move(*description)};
}

std::optional<Message> reply(const json& object, json& value) {
    const auto id = id_of(object);
    if (!id) return std::nullopt;
    return Reply{*id, std::move(value)};
}

std::optional<Message> event(json& object) {
    auto name = text_member(object, "event");
    if (!name) return std::nullopt;
    const auto data = object.find("data");
    return Event{std::move(*name), data == object.end() ? json::object() : std::move(*data)};
}

std::optional<Message> message_of(json& object) {
    if (!object.is_object()) return std::nullopt;
    if (const auto* qmp = member(object, "QMP")) return greeting(*qmp);
    if (const auto* failed = member(object, "error")) return error(object, *failed);
    if (const auto value = object.find("return"); value != object.end())
        return reply(object, *value);
    return event(object);
}

bool blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

} // namespace

void Reader::take_line(std::string_view line, std::vector<Message>& out) {
    if (blank(line)) return;
    if (depth_of(line) > max_depth) {
        failure_ = "nested deeper than " + std::to_string(max_depth);
        return;
    }
    auto object = json::parse(line, nullptr, false);
    if (auto message = message_of(object))
        out.push_back(std::move(*message));
    else
        failure_ = "not a QMP message: " + printable(line.substr(0, 80));
}

std::vector<Message> Reader::feed(std::string_view bytes) {
    std::vector<Message> out;
    while (!failed() && !bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto part = bytes.substr(0, end);
        if (pending_.size() + part.size() > max_line_bytes) {
            failure_ = "a line over " + std::to_string(max_line_bytes) + " bytes";
            break;
        }
        pending_ += part;
        if (end == std::string_view::npos) break;
        take_line(pending_, out);
        pending_.clear();
        bytes.remove_prefix(end + 1);
    }
    if (failed()) std::string().swap(pending_);
    return out;
}

std::string command(std::uint64_t id, std::string_view name, const nlohmann::json& arguments) {
    nlohmann::ordered_json object{{"execute", name}};
    if (!arguments.empty()) object["arguments"] = arguments;
    object["id"] = id;
    return object.dump() + "\n";
}

} // namespace vmwarden::qmp
