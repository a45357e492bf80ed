// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/compare.h"

#include "src/plan/fields.h"
#include "tests/doubles/sample_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace vmwarden::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::sample_plan;

std::vector<std::string> told(const std::function<void(LaunchPlan&)>& change) {
    auto now = sample_plan();
    change(now);
    std::vector<std::string> out;
    for (const auto& difference : differences(sample_plan(), now))
        out.push_back(difference.text());
    return out;
}

TEST(PlanComparison, TellsNothingOfAPlanAndItself) {
    EXPECT_THAT(told([](LaunchPlan&) {}), IsEmpty());
}

TEST(PlanComparison, TellsOfAnotherUserByName) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.process.identity.uid = Uid{1001};
                    p.decisions[0].value = "web (uid 1001)";
                    p.files[0].owner->uid = Uid{1001};
                }),
                ElementsAre("user: qemu (uid 64055) -> web (uid 1001)",
                            "disk vda, owner: 64055:64055 -> 1001:64055"));
}

TEST(PlanComparison, TellsOfValuesListsAndItems) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.scope.tasks_max = 512;
                    p.scope.delegate = {"cpu", "pids"};
                    p.scope.devices[0].permissions = "r";
                    p.scope.devices.erase(p.scope.devices.begin() + 1);
                    p.scope.devices.push_back({"/dev/kvm", "/dev/char/10:232", "rw", "x"});
                    p.process.expect_seccomp = false;
                    p.process.limits[1].value = 1024;
                    p.process.environment[1] = "PATH=/bin";
                    p.process.environment.emplace_back("TERM=dumb");
                    p.files[0].owner.reset();
                }),
                ElementsAre("processes: 1026 -> 512",
                            "delegated controllers: cpu cpuset io memory pids -> cpu pids",
                            "device /dev/null, permissions: rw -> r", "device /dev/ptmx: removed",
                            "device /dev/kvm: added", "environment PATH: /usr/bin:/bin -> /bin",
                            "environment TERM: added", "limit nofile: 16384 -> 1024",
                            "seccomp sandbox: yes -> no",
                            "disk vda, owner: 64055:64055 -> left as it is"));
}

TEST(PlanComparison, TakesTheCommandLineApartAtItsOptions) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.process.argv[2] = "guest=other";
                    p.process.argv[3] = "-device";
                    p.process.argv.emplace_back("-device");
                    p.process.argv.emplace_back("usb-tablet");
                }),
                ElementsAre("command line -name: guest=hello -> guest=other",
                            "command line -S: removed", "command line -device: added",
                            "command line -device usb-tablet: added"));
    EXPECT_THAT(told([](LaunchPlan& p) {
                    std::rotate(p.process.argv.begin() + 1, p.process.argv.begin() + 3,
                                p.process.argv.end());
                }),
                ElementsAre("order of the command line: changed"));
}

// Two starts under one policy differ in these and in nothing that matters.
TEST(PlanComparison, PassesOverWhatEachLaunchIsGivenAnew) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.security = {"selinux", "system_u:system_r:svirt_t:s0:c1,c2",
                                  "system_u:object_r:svirt_image_t:s0:c1,c2", 1, 2};
                    p.process.exec_label = p.security.process_label;
                    p.files[0].label = p.directories[0].label = p.security.image_label;
                    p.process.walls.label = p.security.image_label;
                    p.decisions[0].because = "policy 60-site.yaml:3:1";
                    p.files[0].because = "definition other.xml:1:1";
                }),
                IsEmpty());
}

TEST(PlanComparison, TellsWhenThereIsNoPairAnyMore) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.security = {"selinux", "system_u:system_r:svirt_t:s0",
                                  "system_u:object_r:svirt_image_t:s0", 0, 0};
                    p.process.exec_label = p.security.process_label;
                    p.files[0].label = p.directories[0].label = p.security.image_label;
                    p.process.walls.label = p.security.image_label;
                }),
                ElementsAre("categories: a pair of its own -> none"));
}

TEST(PlanComparison, TellsOneThingOnce) {
    EXPECT_THAT(told([](LaunchPlan& p) {
                    p.security.process_label = p.process.exec_label =
                        "system_u:system_r:svirt_tcg_t:s0:c34,c44";
                }),
                ElementsAre("process label: system_u:system_r:svirt_t:s0 -> "
                            "system_u:system_r:svirt_tcg_t:s0"));
}

// Changes every leaf of a plan in place, one at a time, and calls `changed(path)` each time.
class Mutation {
  public:
    std::function<void(const std::string& path)> changed;

    template <class T>
    void of(T& value, const std::string& path) {
        if constexpr (std::same_as<T, bool>)
            with(value, !value, path);
        else if constexpr (std::is_enum_v<T>)
            with(value, static_cast<T>(static_cast<int>(value) == 0 ? 1 : 0), path);
        else if constexpr (std::is_integral_v<T>)
            with(value, static_cast<T>(value + 1), path);
        else if constexpr (std::same_as<T, std::string>)
            with(value, value + "x", path);
        else if constexpr (std::same_as<T, Uuid>)
            with(value, Uuid(), path);
        else if constexpr (AccountNumber<T>)
            of(value.value, path);
        else if constexpr (IsOptional<T>::value)
            of_optional(value, path);
        else if constexpr (IsList<T>::value)
            of_list(value, path);
        else
            each_field(value, [&](std::string_view name, auto& field) {
                of(field, path.empty() ? std::string(name) : path + "." + std::string(name));
            });
    }

  private:
    template <class T>
    void with(T& value, T other, const std::string& path) {
        std::swap(value, other);
        changed(path);
        std::swap(value, other);
    }
    template <class T>
    void of_optional(T& value, const std::string& path) {
        if (!value) return;
        of(*value, path);
        with(value, T(), path);
    }
    template <class T>
    void of_list(T& list, const std::string& path) {
        ASSERT_FALSE(list.empty()) << path << " has no item to change";
        of(list.front(), path);
        with(list, T(list.begin() + 1, list.end()), path);
    }
};

bool is_a_reason(const std::string& path) {
    return path.starts_with("decisions") || path.ends_with(".because");
}

TEST(PlanComparison, LeavesNoFieldOut) {
    auto plan = sample_plan();
    plan.networks.push_back({.name = "vnet0", .bridge = "br0", .purpose = "interface 0"});
    plan.new_files.push_back({.path = "/dev/shm/ring", .bytes = 4096, .purpose = "shmem 0"});
    plan.host_devices.push_back({.address = "0000:06:02.0", .group = 5, .purpose = "hostdev 0"});
    plan.links_down = {"net0"};
    const auto original = plan;
    unsigned fields = 0;
    Mutation mutation;
    mutation.changed = [&](const std::string& path) {
        ++fields;
        const auto found = differences(original, plan);
        EXPECT_EQ(found.empty(), is_a_reason(path)) << path;
        for (const auto& difference : found)
            EXPECT_FALSE(difference.what.find("field ") != std::string::npos)
                << path << " has no name for people: " << difference.text();
    };
    mutation.of(plan, "");
    EXPECT_GT(fields, 50U);
    EXPECT_EQ(plan, original);
}

} // namespace
} // namespace vmwarden::plan
