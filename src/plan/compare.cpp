// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares the plans' JSON, which has every field by itself; the tables below only give words.
#include "src/plan/compare.h"

#include "src/plan/option_difference.h"
#include "src/plan/show.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace vmwarden::plan {

namespace {

using Json = nlohmann::ordered_json;

struct FieldName {
    std::string_view path; // keys with dots between; an item of a list has its list's
    std::string_view name;
};

// What has no row is called by its path.
constexpr std::array field_names{
    FieldName{"name", "name"},
    FieldName{"uuid", "UUID"},
    FieldName{"asked.own_uuid", "asks for its UUID"},
    FieldName{"asked.memory", "memory asked for"},
    FieldName{"asked.emulator", "emulator asked for"},
    FieldName{"state_directory", "state directory"},
    FieldName{"scope.unit", "unit"},
    FieldName{"scope.slice", "slice"},
    FieldName{"scope.description", "description"},
    FieldName{"scope.tasks_max", "processes"},
    FieldName{"scope.memory_max", "memory of the scope"},
    FieldName{"asked.hard_limit", "hard limit asked for"},
    FieldName{"asked.shared_memory", "shared memory asked for"},
    FieldName{"scope.tuning.cpu_weight", "processor weight"},
    FieldName{"scope.tuning.cpu_quota_usec", "microseconds of processors in a period"},
    FieldName{"scope.tuning.cpu_period_usec", "microseconds of a period"},
    FieldName{"scope.tuning.memory_high", "memory before reclaim"},
    FieldName{"scope.tuning.memory_low", "memory guarantee"},
    FieldName{"scope.tuning.memory_swap_max", "swap"},
    FieldName{"scope.tuning.io_weight", "disk weight"},
    FieldName{"scope.tuning.io.device", "device number"},
    FieldName{"scope.tuning.io.weight", "weight"},
    FieldName{"scope.tuning.io.read_bytes", "bytes read a second"},
    FieldName{"scope.tuning.io.write_bytes", "bytes written a second"},
    FieldName{"scope.tuning.io.read_operations", "reads a second"},
    FieldName{"scope.tuning.io.write_operations", "writes a second"},
    FieldName{"scope.tuning.processors", "processors"},
    FieldName{"scope.tuning.memory_nodes", "memory nodes"},
    FieldName{"scope.tuning.threads", "processors of threads"},
    FieldName{"scope.tuning", "share of the host"},
    FieldName{"scope.stop_timeout_usec", "microseconds to shut down"},
    FieldName{"scope.kill_signal", "signal to shut down"},
    FieldName{"scope.delegate", "delegated controllers"},
    FieldName{"scope.device_filter", "device filter"},
    FieldName{"scope.devices.systemd", "number"},
    FieldName{"scope.devices.permissions", "permissions"},
    FieldName{"process.executable", "emulator"},
    FieldName{"process.working_directory", "working directory"},
    FieldName{"process.umask", "umask"},
    FieldName{"process.identity.uid", "user"},
    FieldName{"process.identity.gid", "group"},
    FieldName{"process.identity.groups", "further groups"},
    FieldName{"process.limits.value", ""},
    FieldName{"process.exec_label", "process label"},
    FieldName{"process.no_new_privs_before_exec", "no_new_privs before the exec"},
    FieldName{"process.expect_no_new_privs", "no_new_privs"},
    FieldName{"process.expect_seccomp", "seccomp sandbox"},
    FieldName{"process.walls.mount_namespace", "mount namespace"},
    FieldName{"process.walls.pid_namespace", "PID namespace"},
    FieldName{"process.walls.ipc_namespace", "IPC namespace"},
    FieldName{"process.walls.network_namespace", "network namespace"},
    FieldName{"process.walls.landlock", "Landlock"},
    FieldName{"process.walls.system_call_filter", "system call filter"},
    FieldName{"process.walls.io_uring", "io_uring"},
    FieldName{"process.walls.oom_score_adjust", "OOM score"},
    FieldName{"process.walls.terminals", "terminals"},
    FieldName{"process.walls.label", "label of empty directories"},
    FieldName{"process.walls.binds.source", "source"},
    FieldName{"process.walls.binds.id", "device and inode"},
    FieldName{"process.walls.binds.system", "of the host's system"},
    FieldName{"process.walls.binds.writable", "writable"},
    FieldName{"process.walls.binds.device", "is a device"},
    FieldName{"process.fds.kind", "kind"},
    FieldName{"process.fds.number", "number"},
    FieldName{"process.fds.truncate", "emptied at start"},
    FieldName{"shim.account", "account of the shim"},
    FieldName{"files.path", "path"},
    FieldName{"files.resolved", "path behind links"},
    FieldName{"files.id", "device and inode"},
    FieldName{"files.device", "device number"},
    FieldName{"files.is_device", "is a device"},
    FieldName{"files.is_character", "is a character device"},
    FieldName{"files.is_directory", "is a directory"},
    FieldName{"files.sharing", "use"},
    FieldName{"files.owner", "owner"},
    FieldName{"files.label", "label"},
    FieldName{"process.fds.device", "device"},
    FieldName{"networks.kind", "kind"},
    FieldName{"networks.name", "name"},
    FieldName{"networks.bridge", "bridge"},
    FieldName{"networks.lower", "device below"},
    FieldName{"networks.mode", "mode"},
    FieldName{"networks.mac", "address"},
    FieldName{"networks.mtu", "mtu"},
    FieldName{"networks.queues", "queues"},
    FieldName{"attendants.executable", "program"},
    FieldName{"attendants.argv", "command line"},
    FieldName{"attendants.fd", "descriptor"},
    FieldName{"directories.path", "path"},
    FieldName{"directories.owner", "owner"},
    FieldName{"directories.label", "label"},
    FieldName{"new_files.path", "file"},
    FieldName{"new_files.from", "copy of"},
    FieldName{"new_files.from_id", "file that it is a copy of"},
    FieldName{"new_files.bytes", "size"},
    FieldName{"new_files.owner", "owner"},
    FieldName{"new_files.mode", "mode"},
    FieldName{"host_devices.kind", "kind"},
    FieldName{"host_devices.address", "device"},
    FieldName{"host_devices.group", "IOMMU group"},
    FieldName{"host_devices.managed", "given back at the end"},
    FieldName{"host_devices.ready", "bound to VFIO"},
    FieldName{"links_down", "cards without a cable"},
    FieldName{"security.model", "security driver"},
    FieldName{"security.process_label", "process label"},
    FieldName{"security.image_label", "image label"},
    FieldName{"security.categories", "categories"},
    FieldName{"display_port", "port of the display"},
    FieldName{"vsock_cid", "vsock address"},
    FieldName{"restart_on_poweroff", "restart at power-off"},
};

// Lists whose items have a name of their own, and what such an item is called.
struct ItemName {
    std::string_view path;
    std::string_view key; // the field that tells items apart
    std::string_view noun;
};
constexpr std::array item_names{
    ItemName{"scope.devices", "node", "device "},
    ItemName{"scope.tuning.io", "path", "limits of "},
    ItemName{"process.limits", "resource", "limit "},
    ItemName{"process.fds", "path", "descriptor "},
    ItemName{"process.walls.binds", "path", "sight of "},
    ItemName{"files", "purpose", ""},
    ItemName{"networks", "purpose", ""},
    ItemName{"attendants", "name", "program beside QEMU "},
    ItemName{"directories", "purpose", "directory of "},
    ItemName{"new_files", "purpose", ""},
    ItemName{"host_devices", "purpose", ""},
};

template <class Table>
auto find(const Table& table, std::string_view path) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.path == path; });
    return found == table.end() ? nullptr : &*found;
}

std::string text_of(const Json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_string()) return value.get<std::string>().empty() ? "none" : value;
    if (!value.is_structured()) return value.dump();
    std::string out;
    for (const auto& item : value)
        out += (out.empty() ? "" : value.is_object() ? ":" : " ") + text_of(item);
    return out.empty() ? "none" : out;
}

void strip(Json& value, const std::string& ending) {
    if (value.is_structured()) {
        for (auto& item : value)
            strip(item, ending);
    } else if (value.is_string()) {
        auto& text = value.get_ref<std::string&>();
        if (text.ends_with(ending)) text.resize(text.size() - ending.size());
    }
}

// The plan without what each launch is given anew.
Json lasting(const LaunchPlan& plan) {
    auto out = to_json(plan);
    const auto& security = plan.security;
    const bool pair = security.category_low != security.category_high;
    if (pair)
        strip(out, ":c" + std::to_string(security.category_low) + ",c" +
                       std::to_string(security.category_high));
    out["security"].erase("category_low");
    out["security"].erase("category_high");
    out["security"]["categories"] = pair ? "a pair of its own" : "none";
    out.erase("decisions");
    return out;
}

std::string value_of(const std::vector<Decision>& decisions, std::string_view what) {
    for (const auto& decision : decisions)
        if (decision.what == what) return decision.value;
    return {};
}

// Items by name, in order; a name that comes again is told apart by its count.
std::vector<std::pair<std::string, Json>> named_items(const Json& list, std::string_view key) {
    std::vector<std::pair<std::string, Json>> out;
    std::map<std::string, unsigned> seen;
    for (const auto& item : list) {
        auto name = item.value(std::string(key), std::string());
        if (name.empty()) name = item.value("kind", std::string());
        const auto count = ++seen[name];
        if (count > 1) name += " (" + std::to_string(count) + ")";
        out.emplace_back(std::move(name), item);
    }
    return out;
}

class Comparison {
  public:
    Comparison(const LaunchPlan& before, const LaunchPlan& now)
      : before_(before)
      , now_(now) {}

    std::vector<Difference> take() {
        compare("", "", lasting(before_), lasting(now_));
        return std::move(found_);
    }

  private:
    const LaunchPlan& before_;
    const LaunchPlan& now_;
    std::vector<Difference> found_;

    // Two fields may hold the same thing, as the process label does.
    void add(Difference difference) {
        if (std::find(found_.begin(), found_.end(), difference) == found_.end())
            found_.push_back(std::move(difference));
    }

    // `item`: the list's item that the field is of.
    void compare(const std::string& path, const std::string& item, const Json& before,
                 const Json& now) {
        if (before == now) return;
        if (const auto* items = find(item_names, path)) return compare_items(*items, before, now);
        if (path == "process.environment") return compare_environment(before, now);
        if (path == "process.argv") return compare_options();
        const bool both = before.is_object() && now.is_object();
        if (path == "scope.tuning" && both) return compare_fields(path, item, before, now);
        const auto* named = find(field_names, path);
        if (named == nullptr && both) return compare_fields(path, item, before, now);
        add({called(path, item, named), text(path, before, before_), text(path, now, now_)});
    }

    static std::string called(const std::string& path, const std::string& item,
                              const FieldName* named) {
        const auto name = named != nullptr ? std::string(named->name) : "field " + path;
        if (item.empty()) return name;
        return name.empty() ? item : item + ", " + name;
    }

    static std::string text(const std::string& path, const Json& value, const LaunchPlan& plan) {
        std::string words;
        if (path == "scope.memory_max" || path == "asked.memory")
            words = value == 0 ? "no limit" : size_text(Bytes{value.get<std::uint64_t>()});
        if (path == "process.identity.uid") words = value_of(plan.decisions, "user");
        if (path == "process.identity.gid") words = value_of(plan.decisions, "group");
        if (path == "files.owner" && value.is_null()) words = "left as it is";
        return words.empty() ? text_of(value) : words;
    }

    void compare_options() {
        for (auto& difference : option_differences(before_.process.argv, now_.process.argv))
            add(std::move(difference));
    }

    void compare_fields(const std::string& path, const std::string& item, const Json& before,
                        const Json& now) {
        std::vector<std::string> keys;
        for (const auto* side : {&before, &now})
            for (const auto& [key, value] : side->items())
                if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
        for (const auto& key : keys)
            if (key != "because")
                compare(path.empty() ? key : path + "." + key, item, before.value(key, Json()),
                        now.value(key, Json()));
    }

    void compare_items(const ItemName& items, const Json& before, const Json& now) {
        const auto old = named_items(before, items.key);
        const auto fresh = named_items(now, items.key);
        const auto in = [](const auto& list, const std::string& name) {
            return std::find_if(list.begin(), list.end(),
                                [&](const auto& one) { return one.first == name; });
        };
        for (const auto& [name, item] : old) {
            const auto what = std::string(items.noun) + name;
            const auto same = in(fresh, name);
            if (same == fresh.end())
                add({what, "there", std::nullopt});
            else
                compare_fields(std::string(items.path), what, item, same->second);
        }
        for (const auto& [name, item] : fresh)
            if (in(old, name) == old.end())
                add({std::string(items.noun) + name, std::nullopt, "there"});
    }

    void compare_environment(const Json& before, const Json& now) {
        const auto variables = [](const Json& list) {
            std::map<std::string, std::string> out;
            for (const auto& entry : list) {
                const auto text = entry.get<std::string>();
                const auto end = std::min(text.find('='), text.size());
                out[text.substr(0, end)] = text.substr(std::min(end + 1, text.size()));
            }
            return out;
        };
        const auto old = variables(before);
        const auto fresh = variables(now);
        const auto value = [](const auto& all, const std::string& name) {
            const auto found = all.find(name);
            using Text = std::optional<std::string>;
            return found == all.end() ? Text() : Text(found->second);
        };
        std::set<std::string> names;
        for (const auto* all : {&old, &fresh})
            for (const auto& [name, text] : *all)
                names.insert(name);
        for (const auto& name : names)
            if (value(old, name) != value(fresh, name))
                add({"environment " + name, value(old, name), value(fresh, name)});
    }
};

} // namespace

std::string Difference::text() const {
    if (before && now) return what + ": " + *before + " -> " + *now;
    if (before) return what + ": removed";
    return what + (now ? ": added" : ": changed");
}

std::vector<Difference> differences(const LaunchPlan& before, const LaunchPlan& now) {
    return Comparison(before, now).take();
}

} // namespace vmwarden::plan
