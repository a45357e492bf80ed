// SPDX-License-Identifier: LGPL-2.1-or-later
// SELinux: whether, which model, and the labels of the process and of its images.
#include "src/resolve/categories.h"
#include "src/resolve/steps.h"
#include "src/resolve/wishes.h"

#include "src/base/text.h"

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
    if (driver.value == SecurityDriver::none &&
        (!selinux.enabled || selinux.basic_context.empty())) {
        without_selinux(draft, "none: ownership, capabilities and devices confine, no labels");
        return false;
    }
    const auto& confined = draft.policy.security_default_confined;
    const auto* wish = label_of(draft.definition, LabelModel::selinux);
    if (selinux.enabled && wish != nullptr && wish->type == LabelType::none) {
        without_selinux(draft, "none: the guest asks for no label");
        draft.plan.decisions.back().because = defined_at(wish->place);
        return false;
    }
    if (selinux.enabled && !confined.value && wish == nullptr) {
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

// Said of one that is shared with nobody: whatever else asks for categories gets others.
void reserve(Draft& draft, CategoryPair pair) {
    draft.plan.security.category_low = pair.first;
    draft.plan.security.category_high = pair.second;
}

void use_pair(Draft& draft, const std::string& domain, const std::string& image) {
    const auto pair = free_category_pair(draft.facts.categories_in_use, draft.facts.category_seed);
    if (!pair)
        return draft.refuse("selinux", draft.policy.security_model.origin.place,
                            "all " + std::to_string(pair_count) +
                                " pairs of SELinux categories are in use",
                            "stop a guest first");
    use_labels(draft, with_categories(domain, *pair), with_categories(image, *pair));
    reserve(draft, *pair);
    draft.decide("security model",
                 "svirt: c" + std::to_string(pair->first) + ",c" + std::to_string(pair->second) +
                     " is this guest's alone",
                 draft.policy.security_model.origin.text());
}

bool is_known(Draft& draft, const std::string& context, const SourcePlace& place) {
    if (!draft.facts.selinux.unknown_contexts.contains(context)) return true;
    draft.refuse("selinux", place,
                 "the host's SELinux policy knows no context '" + printable(context) + "'",
                 "see seinfo -t, or contexts/virtual_domain_context, for those there are");
    return false;
}

// The label that the definition names. Its files get the same level if they are to be relabelled.
void use_static_label(Draft& draft, const SecurityLabel& wish) {
    const auto& permission = draft.policy.static_labels;
    if (permission.value == Permission::deny)
        return draft.deny("selinux", wish.place, permission.origin,
                          "the guest names its label, and the policy does not let it",
                          "remove <seclabel>, or change " +
                              policy_line("static_labels", permission.origin));
    if (!is_known(draft, wish.label, wish.place)) return;
    const auto image =
        base_context(draft, draft.facts.selinux.image_context, "virtual_image_context");
    if (!image) return;
    const auto categories = categories_of(wish.label);
    use_labels(draft, wish.label, *image + (categories.empty() ? "" : ":" + categories));
    if (const auto pair = pair_of(categories)) reserve(draft, *pair);
    draft.relabel = relabels(wish);
    draft.decide("security model",
                 std::string("static: ") + wish.label +
                     (draft.relabel ? "" : ", and files keep their labels"),
                 defined_at(wish.place));
}

// The domain that the definition names itself.
std::optional<std::string> own_domain(Draft& draft, const SecurityLabel& wish) {
    if (!is_known(draft, wish.label, wish.place)) return std::nullopt;
    auto domain = without_categories(wish.label);
    if (domain)
        draft.decide("base label", wish.label, defined_at(wish.place));
    else
        draft.refuse("selinux", wish.place,
                     "'" + printable(wish.label) + "'" +
                         " has no level that categories could be added to",
                     "write it with one, as in system_u:system_r:svirt_t:s0");
    return domain;
}

// QEMU that emulates processors makes code as it runs: it needs execmem, which no other guest has.
std::optional<std::string> host_domain(Draft& draft) {
    const auto& selinux = draft.facts.selinux;
    if (draft.definition.type != DomainType::qemu)
        return base_context(draft, selinux.domain_context, "virtual_domain_context");
    const bool has_own = !selinux.emulated_context.empty();
    const auto& context = has_own ? selinux.emulated_context : selinux.domain_context;
    draft.decide("emulation",
                 has_own ? context + ", which may make code as it runs (execmem)"
                         : context + ": the host's SELinux policy has no domain for it, and QEMU "
                                     "needs execmem; load vmwarden.pp, or setsebool "
                                     "virt_use_execmem on",
                 Origin{Origin::Kind::host, {}}.text());
    return base_context(draft, context, "virtual_domain_context");
}

void use_basic_model(Draft& draft, const std::string& domain, const std::string& image,
                     const Origin& origin) {
    use_labels(draft, domain, image);
    draft.basic_labels = true;
    draft.decide("security model", "basic: the host is protected, guests not from each other",
                 origin.text());
}

// Of the host's policy where it has our module; in others guests share sVirt's labels.
void label_basically(Draft& draft, const Origin& origin) {
    const auto& selinux = draft.facts.selinux;
    const bool has_own = !selinux.basic_context.empty() && !selinux.basic_image_context.empty();
    const auto domain = has_own
                            ? base_context(draft, selinux.basic_context, "virtual_domain_context")
                            : host_domain(draft);
    const auto image =
        base_context(draft, has_own ? selinux.basic_image_context : selinux.image_context,
                     "virtual_image_context");
    if (domain && image) use_basic_model(draft, *domain, *image, origin);
}

void label_guest(Draft& draft) {
    const auto& policy = draft.policy;
    const auto* wish = label_of(draft.definition, LabelModel::selinux);
    if (wish != nullptr && wish->type == LabelType::fixed) return use_static_label(draft, *wish);
    const bool own_base = wish != nullptr && !wish->label.empty();
    const bool by_driver = policy.security_driver.value == SecurityDriver::none;
    const auto& origin = by_driver ? policy.security_driver.origin : policy.security_model.origin;
    const bool basic = by_driver || policy.security_model.value == SecurityModel::basic;
    if (basic && !own_base) return label_basically(draft, origin);
    const auto domain = own_base ? own_domain(draft, *wish) : host_domain(draft);
    const auto image =
        base_context(draft, draft.facts.selinux.image_context, "virtual_image_context");
    if (!domain || !image) return;
    if (basic) return use_basic_model(draft, *domain, *image, origin);
    use_pair(draft, *domain, *image);
}

void check_io_uring(Draft& draft) {
    const auto& selinux = draft.facts.selinux;
    if (selinux.io_uring || !selinux.enforcing || draft.plan.process.exec_label.empty()) return;
    for (const auto& disk : draft.definition.disks)
        if (disk.tuning.io == DiskIo::io_uring)
            draft.refuse("selinux", disk.place,
                         "the host's SELinux policy lets no guest use io_uring",
                         "use io='native' or 'threads'; or, with our module loaded, setsebool -P "
                         "vmwarden_io_uring on");
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
        check_io_uring(draft);
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
