// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/convert.h"

#include "src/hostpolicy/text_rules.h"
#include "src/qemuconf/codes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>

namespace vmwarden::qemuconf {

namespace {

// A cgroup controller as libvirt calls it, and here; empty where there is none.
struct Controller {
    std::string_view theirs;
    std::string_view ours;
};
constexpr std::array controllers = {
    Controller{"cpu", "cpu"},       Controller{"cpuacct", "cpu"}, Controller{"cpuset", "cpuset"},
    Controller{"memory", "memory"}, Controller{"blkio", "io"},    Controller{"devices", "devices"},
    Controller{"freezer", {}},      Controller{"net_cls", {}},    Controller{"perf_event", {}},
    Controller{"name=systemd", {}},
};

std::string yaml_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
}

YamlValue one(std::string word) {
    return {false, {std::move(word)}, {}};
}

class Converter {
  public:
    Converter(const QemuConfOption& option, const ConfEntry& entry, Findings& report)
      : option_(option)
      , value_(entry.value)
      , report_(report) {}

    std::optional<YamlValue> run() {
        switch (option_.conversion) {
        case QemuConfConversion::none:
            break;
        case QemuConfConversion::boolean:
            return boolean();
        case QemuConfConversion::account:
            return account();
        case QemuConfConversion::security_driver:
            return security_driver();
        case QemuConfConversion::controllers:
            return cgroup_controllers();
        case QemuConfConversion::devices:
            return devices();
        case QemuConfConversion::sandbox:
            return sandbox();
        case QemuConfConversion::limit:
            return limit();
        case QemuConfConversion::mount_namespace:
            return mount_namespace();
        }
        return std::nullopt;
    }

  private:
    using Kind = ConfValue::Kind;

    [[nodiscard]] std::string of_option() const {
        return " for '" + std::string(option_.name) + "'";
    }

    std::nullopt_t wrong_type(const ConfValue& value, std::string due) {
        const auto is = value.kind == Kind::number ? "a number"
                        : value.kind == Kind::text ? "a text"
                                                   : "a list";
        report_.error(code::wrong_type, value.span, is + of_option(),
                      "libvirt takes " + std::move(due));
        return std::nullopt;
    }
    std::nullopt_t wrong_value(const ConfValue& value, std::string message, std::string hint) {
        report_.error(code::wrong_value, value.span, std::move(message) + of_option(),
                      std::move(hint));
        return std::nullopt;
    }
    void without_place(const ConfValue& value, std::string message, std::string hint) {
        report_.warning(code::value_without_place, value.span, std::move(message), std::move(hint));
    }

    std::optional<YamlValue> boolean() {
        if (value_.kind != Kind::number) return wrong_type(value_, "0 or 1");
        if (value_.number != 0 && value_.number != 1)
            return wrong_value(value_, std::to_string(value_.number) + " is neither 0 nor 1",
                               "libvirt does not start with it");
        return one(value_.number == 1 ? "true" : "false");
    }

    std::optional<YamlValue> sandbox() {
        if (value_.kind != Kind::number) return wrong_type(value_, "0, 1 or -1");
        auto word = one(value_.number != 0 ? "true" : "false");
        if (value_.number < 0) word.remark = "-1 is libvirt's default, on";
        return word;
    }

    std::optional<YamlValue> limit() {
        if (value_.kind != Kind::number) return wrong_type(value_, "a number");
        if (value_.number < 0 || value_.number > std::numeric_limits<unsigned>::max())
            return wrong_value(value_, std::to_string(value_.number) + " is no limit",
                               "write a number from 0 to 4294967295");
        if (value_.number == 0) {
            without_place(value_, "0, which is the host's own limit, cannot be written here",
                          "the limit of policy files without '" + std::string(option_.key) +
                              "' holds");
            return std::nullopt;
        }
        auto word = one(std::to_string(value_.number));
        word.remark = option_.note;
        return word;
    }

    std::optional<YamlValue> account() {
        if (value_.kind != Kind::text) return wrong_type(value_, "a text: \"name\" or \"+ID\"");
        auto text = value_.text;
        const bool is_id = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
        if (is_id) {
            text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
            text.insert(0, "+");
        }
        if (const auto fault = hostpolicy::account_fault(text))
            return wrong_value(value_, quoted(value_.text) + " " + fault->message, fault->hint);
        if (text == account_text(AccountPerGuest{}))
            return wrong_value(value_, "'per-guest' would mean an id for each guest here",
                               "name the account by its id");
        if (is_id)
            report_.warning(code::means_more, value_.span,
                            "libvirt takes " + quoted(value_.text) +
                                " for an account of that name, if there is one, else for an id",
                            "the id is written here");
        return one(yaml_quoted(text));
    }

    // The items of a list of texts; none, and reported, if it is anything else.
    std::optional<std::vector<ConfValue>> texts(bool text_will_do) {
        if (text_will_do && value_.kind == Kind::text) return std::vector{value_};
        if (value_.kind != Kind::list) {
            wrong_type(value_, text_will_do ? "a text or a list of texts" : "a list of texts");
            return std::nullopt;
        }
        bool is_good = true;
        for (const auto& item : value_.items) {
            if (item.kind == Kind::text) continue;
            wrong_type(item, "texts in the list");
            is_good = false;
        }
        if (!is_good) return std::nullopt;
        return value_.items;
    }

    std::optional<YamlValue> mount_namespace() {
        const auto items = texts(true);
        if (!items) return std::nullopt;
        for (const auto& item : *items)
            if (item.text != "mount")
                return wrong_value(item, quoted(item.text) + " is no namespace",
                                   "write \"mount\", which is the only one");
        auto word = one(items->empty() ? "false" : "true");
        word.remark = option_.note;
        return word;
    }

    std::optional<YamlValue> security_driver() {
        constexpr std::array<std::string_view, 3> drivers = {"selinux", "apparmor", "none"};
        const auto items = texts(true);
        if (!items) return std::nullopt;
        if (items->empty()) return one("auto");
        bool is_good = true;
        std::unordered_set<std::string_view> given;
        for (const auto& item : *items) {
            given.insert(item.text);
            if (std::find(drivers.begin(), drivers.end(), item.text) == drivers.end())
                is_good = refuse_driver(item, drivers);
            else if (item.text == "none" && items->size() > 1)
                is_good = (wrong_value(item, "'none' among other drivers",
                                       "write it alone, or not at all"),
                           false);
            else if (item.text == "apparmor")
                without_place(item, "AppArmor is not used in this version",
                              given.count("selinux") != 0 || items->size() > 1
                                  ? "the other driver is imported"
                                  : "'auto' holds, which takes SELinux where it is enabled");
        }
        if (!is_good) return std::nullopt;
        if (given.count("selinux") != 0) return one("selinux");
        if (given.count("none") != 0) return one("none");
        return std::nullopt;
    }

    bool refuse_driver(const ConfValue& item, std::span<const std::string_view> drivers) {
        auto hint = report_.full() ? std::string() : hostpolicy::suggestion(item.text, drivers);
        if (item.text == "dac") hint = "accounts keep guests apart always: remove it";
        if (hint.empty()) hint = "write \"selinux\" or \"none\"";
        wrong_value(item, quoted(item.text) + " is no security driver", std::move(hint));
        return false;
    }

    std::optional<YamlValue> cgroup_controllers() {
        const auto items = texts(false);
        if (!items) return std::nullopt;
        YamlValue out{
            true, {}, "pids added: libvirt has no word for it, limits.processes needs it"};
        bool is_good = true;
        for (const auto& item : *items) {
            const auto known =
                std::find_if(controllers.begin(), controllers.end(),
                             [&](const Controller& c) { return c.theirs == item.text; });
            if (known == controllers.end())
                is_good = refuse_controller(item);
            else if (known->ours.empty())
                without_place(item, "there is no controller like " + quoted(item.text) + " here",
                              "no limit uses it");
            else if (std::find(out.words.begin(), out.words.end(), known->ours) == out.words.end())
                out.words.emplace_back(known->ours);
        }
        if (!is_good) return std::nullopt;
        if (std::find(out.words.begin(), out.words.end(), "devices") == out.words.end())
            report_.warning(code::means_more, value_.span,
                            "without \"devices\" guests have no device filter",
                            "add it, unless that is meant");
        out.words.emplace_back("pids");
        return out;
    }

    bool refuse_controller(const ConfValue& item) {
        std::array<std::string_view, controllers.size()> names{};
        std::transform(controllers.begin(), controllers.end(), names.begin(),
                       [](const Controller& c) { return c.theirs; });
        wrong_value(item, quoted(item.text) + " is no cgroup controller",
                    report_.full() ? std::string() : hostpolicy::suggestion(item.text, names));
        return false;
    }

    std::optional<YamlValue> devices() {
        const auto items = texts(false);
        if (!items) return std::nullopt;
        YamlValue out{true, {}, {}};
        std::unordered_set<std::string_view> seen;
        bool is_good = true;
        for (const auto& item : *items) {
            if (const auto fault = hostpolicy::device_path_fault(item.text)) {
                wrong_value(item, quoted(item.text) + " " + fault->message, fault->hint);
                is_good = false;
            } else if (!seen.insert(item.text).second) {
                report_.warning(code::given_again, item.span,
                                quoted(item.text) + " is listed twice", "it is imported once");
            } else {
                out.words.push_back(yaml_quoted(item.text));
            }
        }
        if (!is_good) return std::nullopt;
        return out;
    }

    const QemuConfOption& option_;
    const ConfValue& value_;
    Findings& report_;
};

} // namespace

std::optional<YamlValue> convert(const QemuConfOption& option, const ConfEntry& entry,
                                 Findings& report) {
    return Converter(option, entry, report).run();
}

} // namespace vmwarden::qemuconf
