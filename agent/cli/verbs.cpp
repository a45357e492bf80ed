// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/verbs.h"

#include <array>

namespace vmwarden::cli {

Context::Context(GlobalOptions options_before, VerbOptions verb_options,
                 std::vector<std::string> words)
  : global(std::move(options_before))
  , options(std::move(verb_options))
  , operands(std::move(words)) {}

Client& Context::agent() {
    if (!client_) client_.emplace(global.ask_password);
    return *client_;
}

std::span<const Verb> verbs() {
    static const std::array<Verb, 22> table{{
        {"list",
         "",
         "guests of this host; --all: those that do not run as well",
         0,
         0,
         {"all"},
         list_guests},
        {"define", "FILE|-", "keep a guest's domain XML, or replace it", 1, 1, {}, define_guest},
        {"undefine", "NAME", "forget a guest's definition", 1, 1, {}, undefine_guest},
        {"create", "FILE|-", "start a guest that is not kept", 1, 1, {}, create_guest},
        {"start", "NAME", "start a defined guest", 1, 1, {}, start_guest},
        {"shutdown",
         "NAME",
         "press the guest's power button and wait for its end",
         1,
         1,
         {"timeout="},
         shutdown_guest},
        {"destroy", "NAME", "end a guest at once", 1, 1, {}, destroy_guest},
        {"reset", "NAME", "press the guest's reset button", 1, 1, {}, reset_guest},
        {"suspend", "NAME", "stop a guest's processors", 1, 1, {}, suspend_guest},
        {"resume", "NAME", "let them go on", 1, 1, {}, resume_guest},
        {"info", "NAME", "what is known of a guest", 1, 1, {}, show_info},
        {"dumpxml", "NAME", "a guest's domain XML as it was given", 1, 1, {}, dump_xml},
        {"plan",
         "NAME|FILE|-",
         "what starting it would do, and which policy line decided what",
         1,
         1,
         {"offline", "root="},
         show_plan},
        {"verify",
         "NAME",
         "ask the kernel what really confines a running guest",
         1,
         1,
         {},
         verify_guest},
        {"policy check",
         "[FILE|-]...",
         "check policy files, or the installed ones",
         0,
         1024,
         {"root=", "as=", "host", "strict"},
         check_policy},
        {"policy show",
         "[FILE|-]",
         "the policy that the files make, for all guests or for one definition",
         0,
         1,
         {"root=", "origin"},
         show_policy},
        {"policy schema", "", "a JSON Schema of policy files, for editors", 0, 0, {}, show_schema},
        {"policy set",
         "PATH VALUE",
         "change one key of 60-site.yaml or another file, and nothing else of it",
         2,
         2,
         {"file=", "root="},
         set_policy},
        {"policy unset",
         "PATH",
         "remove one key of 60-site.yaml or another file",
         1,
         1,
         {"file=", "root="},
         unset_policy},
        {"policy get",
         "PATH",
         "the value that holds, or the one of one file",
         1,
         1,
         {"file=", "root="},
         get_policy},
        {"policy reload",
         "",
         "put the policy files into force; if they do not check, what was in force stays so",
         0,
         0,
         {},
         reload_policy},
        {"policy import-qemu-conf",
         "FILE|-",
         "a policy file out of libvirt's qemu.conf, and what of that has no place in one",
         1,
         1,
         {},
         import_policy},
    }};
    return table;
}

} // namespace vmwarden::cli
