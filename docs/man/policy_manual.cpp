// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes vmwarden-policy.yaml(5): the keys and what becomes of qemu.conf's options come from the
// tables that the reader and the import use.
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/explain.h"
#include "src/qemuconf/qemu_conf.h"

#include <iostream>
#include <string>

namespace {

constexpr const char* head = R"(.\" SPDX-License-Identifier: LGPL-2.1-or-later
.Dd November 23, 2026
.Dt VMWARDEN-POLICY.YAML 5
.Os
.Sh NAME
.Nm vmwarden-policy.yaml
.Nd host policy for guests
.Sh SYNOPSIS
.Pa /etc/vmwarden/policy.d/*.yaml
.Pp
.Pa /run/vmwarden/policy.d/*.yaml
.Pp
.Pa /usr/lib/vmwarden/policy.d/*.yaml
.Sh DESCRIPTION
All files are read in the order of their names, wherever they lie.
A file stands in for one of the same name in the directories listed below its own, and a link to
.Pa /dev/null
masks it.
The later value of a key wins; a list replaces the whole list before it.
.Pp
.Bl -tag -width indent -compact
.It Ar key Ns Cm +:
adds to the list that earlier files gave,
.It Ar key Ns Cm -:
takes from it.
.El
.Pp
The files are a strict subset of YAML: one document that is one mapping, in UTF-8, without anchors,
aliases, tags, merge keys, duplicate keys and tabs.
A value has the type of its key, never one by its look:
.Li no
is a text, truth is written
.Li true
or
.Li false .
Sizes have a unit: 512M, 4G.
Keys that begin with
.Li x-
are for other programs.
.Pp
.Nm vmwarden Cm policy check
reports every mistake of all files with its place; it needs no privilege and no agent.
.Sh KEYS
A name with a point is a key of a section:
.Li limits.memory
is written
.Li limits: {memory: 4G} .
)";

constexpr const char* middle = R"(.Sh RULES
.Cm rules
is a list; each rule that matches a guest is applied in order, a later one over an earlier.
.Bd -literal -offset indent
rules:
  - match: {name: "web-*", memory: "<=4G"}
    set: {user: web, limits: {processes: 512}}
.Ed
.Pp
.Cm match
has
.Cm name
and
.Cm emulator
(patterns),
.Cm uuid
(as written in the definition) and
.Cm memory
(a size behind <, <=, > or >=, in quotes); all that is given must hold, and nothing given is every
guest.
.Cm set
has any key that is not of the whole host.
.Cm rules:
replaces the rules of earlier files,
.Cm rules+:
adds to them.
.Sh LOCKS
Files after the one with
.Cm lock
may not change the keys or sections that it lists, nor may their rules.
.Sh CONFIGURATION MANAGEMENT
Ansible:
.Dl validate: '/usr/bin/vmwarden policy check --as=60-site.yaml %s'
Puppet:
.Dl validate_cmd => '/usr/bin/vmwarden policy check --as=60-site.yaml %'
.Pp
.Fl -as
checks the candidate as if it lay among the installed files under that name.
Editors find the keys with
.Nm vmwarden Cm policy schema .
.Sh QEMU.CONF
What becomes of the options of libvirt's
.Pa qemu.conf ;
.Nm vmwarden Cm policy import-qemu-conf
converts a file.
.Bl -tag -width indent
)";

constexpr const char* diagnostics = R"(.El
.Sh DIAGNOSTICS
Each mistake has a code that keeps its meaning;
.Nm vmwarden Cm policy explain Ar CODE
tells it too.
.Bl -tag -width P0000
)";

constexpr const char* tail = R"(.El
.Sh SEE ALSO
.Xr vmwarden 1 ,
.Xr vmwardend 8
)";

// roff(7) takes a point or a quote that begins a line for a request.
std::string on_a_line(std::string_view text) {
    const bool request = text.starts_with('.') || text.starts_with('\'');
    return (request ? "\\&" : "") + std::string(text);
}

} // namespace

int main() {
    std::cout << head << vmwarden::policy_manual_keys() << middle;
    for (const auto& option : vmwarden::qemu_conf_options()) {
        std::cout << ".It Cm " << option.name << '\n';
        if (!option.key.empty())
            std::cout << "is " << option.key << (option.note.empty() ? "" : ":") << '\n';
        if (!option.note.empty()) std::cout << option.note << '\n';
    }
    std::cout << diagnostics;
    for (const auto& [code, meaning] : vmwarden::code_meanings())
        std::cout << ".It " << code << '\n' << on_a_line(meaning) << ".\n";
    std::cout << tail;
    return std::cout.good() ? 0 : 1;
}
