// SPDX-License-Identifier: LGPL-2.1-or-later
// SELinux: whether, which model, and the labels of the process and of its images.
#include "src/resolve/categories.h"
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

void without_selinux(Draft& draft, std::string value) {
    draft.plan.security.model = "none";
    draft.decide("security driver", std::move(value), draft.policy.security_driver.origin.text());
}

// Whether labels are wanted and can be had.
bool selinux_chosen(Draft& draft) {
    const auto& driver = draft.policy.security_driver;
    const auto& selinux = draft.facts.selinux;
    if (driver.value == SecurityDriver::none) {
        without_selinux(draft, "none: ownership, capabilities and devices confine, no labels");
        return false;
    }
    const auto& confined = draft.policy.security_default_confined;
    if (selinux.enabled && !confined.value) {
        draft.plan.security.model = "none";
        draft.decide("security driver", "none: guests that do not ask get no label",
                     confined.origin.text());
        return false;
    }
    if (selinux.enabled) return true;
    if (driver.value == SecurityDriver::automatic) {
        without_selinux(draft, "none: auto, and SELinux is not enabled on this host");
        return false;
    }
    draft.refuse("selinux", driver.origin.place,
                 "the policy demands SELinux, which is not enabled on this host",
                 "boot with security=selinux selinux=1, or change " +
                     policy_line("security_driver", driver.origin));
    return false;
}

std::optional<std::string> base_context(Draft& draft, const std::string& context,
                                        std::string_view file) {
    auto base = without_categories(context);
    if (!base)
        draft.refuse("selinux", draft.policy.security_driver.origin.place,
                     "the host's SELinux policy names no usable context in contexts/" +
                         std::string(file) + (context.empty() ? "" : ": " + context),
                     "install a policy for virtual machines, such as selinux-policy-default");
    return base;
}

void use_labels(Draft& draft, std::string process, std::string image) {
    auto& plan = draft.plan;
    plan.security.process_label = process;
    plan.security.image_label = std::move(image);
    plan.process.exec_label = std::move(process);
}

void use_pair(Draft& draft, const std::string& domain, const std::string& image) {
    const auto pair = free_category_pair(draft.facts.categories_in_use, draft.facts.category_seed);
    if (!pair)
        return draft.refuse("selinux", draft.policy.security_model.origin.place,
                            "all " + std::to_string(pair_count) +
                                " pairs of SELinux categories are in use",
                            "stop a guest first");
    use_labels(draft, with_categories(domain, *pair), with_categories(image, *pair));
    draft.plan.security.category_low = pair->first;
    draft.plan.security.category_high = pair->second;
    draft.decide("security model",
                 "svirt: c" + std::to_string(pair->first) + ",c" + std::to_string(pair->second) +
                     " is this guest's alone",
                 draft.policy.security_model.origin.text());
}

void label_guest(Draft& draft) {
    const auto& selinux = draft.facts.selinux;
    const auto domain = base_context(draft, selinux.domain_context, "virtual_domain_context");
    const auto image = base_context(draft, selinux.image_context, "virtual_image_context");
    if (!domain || !image) return;
    if (draft.policy.security_model.value == SecurityModel::svirt)
        return use_pair(draft, *domain, *image);
    use_labels(draft, *domain, *image);
    draft.decide("security model", "basic: the host is protected, guests not from each other",
                 draft.policy.security_model.origin.text());
}

void require_label(Draft& draft) {
    const auto& required = draft.policy.security_require_confined;
    if (!required.value || draft.plan.security.model != "none") return;
    draft.deny("selinux", draft.definition.place, required.origin,
               "the guest would run without a label, and the policy refuses those",
               "enable SELinux, or change " +
                   policy_line("security_require_confined", required.origin));
}

} // namespace

void choose_labels(Draft& draft) {
    if (selinux_chosen(draft)) {
        draft.plan.security.model = "selinux";
        draft.decide("security driver",
                     draft.facts.selinux.enforcing
                         ? "selinux, enforcing"
                         : "selinux, permissive: what it would deny is only logged",
                     draft.policy.security_driver.origin.text());
        label_guest(draft);
    }
    require_label(draft);
    // With a label, no_new_privs before the exec would keep the process in the shim's domain.
    auto& process = draft.plan.process;
    process.no_new_privs_before_exec = process.exec_label.empty();
    process.expect_seccomp = draft.policy.seccomp_sandbox.value;
    process.expect_no_new_privs = process.no_new_privs_before_exec || process.expect_seccomp;
    draft.decide("seccomp sandbox", process.expect_seccomp ? "on" : "off",
                 draft.policy.seccomp_sandbox.origin.text());
}

} // namespace vmwarden::resolving
