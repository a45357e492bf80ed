// SPDX-License-Identifier: LGPL-2.1-or-later
// SELinux labels of files, by descriptor, and of processes. Labels are raw contexts as the kernel
// keeps them ("system_u:object_r:svirt_image_t:s0:c1,c2"), never mcstrans' translations.
//
// A build without libselinux has the same functions: SELinux is then not enabled, nothing has a
// label, and setting one fails with ENOTSUP.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace vmwarden::host::selinux {

// Does this kernel run SELinux, with a policy configured on this host?
bool enabled();
// And does it enforce? False where it is not enabled.
bool enforcing();

// The label of the file behind any descriptor, O_PATH ones included; empty where the file has none
// or its file system keeps none. Throws std::system_error. The file is reached through
// /proc/self/fd, so it is the opened one whatever its name is by now.
std::string label_of(int fd);

// Sets it; same reach. Throws std::system_error: ENOTSUP where the file system takes no label,
// EINVAL for a context that the loaded policy does not know, EPERM, EACCES, EROFS.
void set_label(int fd, const std::string& label);

// Would the file system behind the descriptor take a label? The kernel's own word: it shows the
// option "seclabel" for such mounts. False where SELinux is not enabled.
bool fd_can_be_labelled(int fd);

// The context a process runs in; empty without SELinux. Throws std::system_error, ESRCH when there
// is no such process. A caller that must not describe a recycled pid holds a pidfd and asks it
// after.
std::string process_label(pid_t pid);

// The contexts of the policy's virtual_domain_context and virtual_image_context files, in the order
// of their lines; empty where the policy has no such file. In refpolicy's image file the first line
// is for images a guest writes to, the second for content that it reads.
std::vector<std::string> virtual_domain_contexts();
std::vector<std::string> virtual_image_contexts();

// Whether the loaded policy knows the context.
bool knows(const std::string& context);

// Whether the loaded policy, booleans and all, gives a process of this context these permissions,
// by name, on an object. True for a class that the policy does not know, if it lets such pass;
// false for contexts that it does not know.
bool allows(const std::string& process, const std::string& object, const char* object_class,
            std::initializer_list<const char*> permissions);
// The context of a process of context `from` once it has executed the program at `path`; empty if
// that cannot be told.
std::string context_after(const std::string& from, const std::string& path);

// Pure parts of the above, open to tests.

// Contexts of a file in contexts/: one a line; blank lines, comments and what is no context (fewer
// than user:role:type, or spaces and control characters within) are passed over.
std::vector<std::string> context_lines(std::string_view text);
// Whether the mount with this id has the option "seclabel"; `mountinfo` as in /proc/self/mountinfo.
bool mount_takes_labels(std::string_view mountinfo, std::string_view mount_id);

} // namespace vmwarden::host::selinux
