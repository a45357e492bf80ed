// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/explain.h"

#include <algorithm>
#include <array>

namespace vmwarden {

namespace {

namespace code = hostpolicy::code;

constexpr std::array meanings = {
    CodeMeaning{code::too_large, "a file, or what of it is no comment, is beyond the limits: split "
                                 "it, or move what is not policy elsewhere"},
    CodeMeaning{code::not_utf8, "policy files are UTF-8: convert the file, with iconv for example"},
    CodeMeaning{
        code::control_byte,
        "a byte or character that a reader would not see: remove it, or copy the line anew"},
    CodeMeaning{code::tab, "YAML does not indent with tabs: use spaces"},
    CodeMeaning{code::windows_text,
                "a byte order mark or lines that end in CR LF: save the file as plain UTF-8 with "
                "Unix line ends"},
    CodeMeaning{code::directive, "YAML directives (%YAML, %TAG) are not used: remove the line"},
    CodeMeaning{code::empty_file, "a file without keys: write 'version: 1', or remove the file"},
    CodeMeaning{code::long_line, "a line longer than a person would write: break it up"},
    CodeMeaning{code::syntax, "the text is not YAML at this place"},
    CodeMeaning{code::unclosed_bracket, "a [ or { without its counterpart"},
    CodeMeaning{code::unclosed_quote, "a text in quotes that does not end on its line"},
    CodeMeaning{code::no_space_after_colon, "YAML wants a space behind the colon of a key"},
    CodeMeaning{code::indentation, "a line stands neither in the column of its siblings nor in "
                                   "that of a section"},
    CodeMeaning{code::gave_up, "the text is too broken for its other mistakes to be found: mend "
                               "this one first"},
    CodeMeaning{code::no_colon, "a line that is no 'key: value'"},
    CodeMeaning{code::anchor, "YAML anchors (&name) are not used: write the value where it is due"},
    CodeMeaning{code::alias, "YAML aliases (*name) are not used: write the value where it is due, "
                             "or quote a text that begins with *"},
    CodeMeaning{code::tag, "YAML tags (!name) are not used: the key decides the type"},
    CodeMeaning{code::merge_key, "the merge key (<<) is not used: write the keys"},
    CodeMeaning{code::complex_key, "a key is a plain word"},
    CodeMeaning{code::duplicate_key, "a key stands twice in one mapping, and one of the values "
                                     "would be lost: keep one"},
    CodeMeaning{code::second_document, "one file is one document: remove the '---'"},
    CodeMeaning{code::not_a_mapping, "a file is one mapping of keys to values"},
    CodeMeaning{code::too_deep, "more nesting than any policy needs"},
    CodeMeaning{code::too_many_values, "more keys and values than any policy needs"},
    CodeMeaning{code::multi_line_text, "a text spans lines: write it on one"},
    CodeMeaning{code::null_value, "a key without a value: give it one, or remove the line"},
    CodeMeaning{code::unknown_key,
                "no such key; nothing that is written is ever ignored. Keys for other programs "
                "begin with x-"},
    CodeMeaning{code::key_to_come, "a key that a later version will have"},
    CodeMeaning{code::version_missing, "every file begins with 'version: 1', so that it keeps its "
                                       "meaning when the language grows"},
    CodeMeaning{code::version_unknown, "the file is for another version of the policy language"},
    CodeMeaning{code::locked, "an earlier file has the key, or its section, under lock: change it "
                              "in that file, or take it out of that file's lock"},
    CodeMeaning{code::not_for_a_rule, "the key is for the whole host: write it at the top of a "
                                      "file"},
    CodeMeaning{code::no_list_to_change, "'key+:' and 'key-:' change lists; this is none"},
    CodeMeaning{code::bool_expected, "truth is written true or false; yes, no, on and off are "
                                     "texts"},
    CodeMeaning{code::number_expected, "a decimal number within the key's bounds is due"},
    CodeMeaning{code::text_expected, "a text is due here"},
    CodeMeaning{code::list_expected, "a list is due, like [a, b]"},
    CodeMeaning{code::unknown_word, "the key takes one of a few words, and this is none of them"},
    CodeMeaning{code::account, "an account is a name, \"+ID\" in quotes, or for user per-guest"},
    CodeMeaning{code::device_path, "a device node is an absolute path below /dev without . and .."},
    CodeMeaning{code::slice_name, "a slice is the name of a systemd slice unit, like "
                                  "machine.slice"},
    CodeMeaning{code::emulator_glob, "an emulator is an absolute path, or a pattern of one"},
    CodeMeaning{code::listed_twice, "a list names the same thing twice; nothing is lost"},
    CodeMeaning{code::mapping_expected, "keys with values are due, like {key: value}"},
    CodeMeaning{code::size_expected, "a size is a number with a unit: 512M, 4G, 1T"},
    CodeMeaning{code::directory, "a directory is an absolute path without . and .."},
    CodeMeaning{code::server, "a server is the beginning of a URL: a protocol, a name, maybe a "
                              "path"},
    CodeMeaning{code::id_range, "a range of ids is FIRST-LAST, of ids that are nobody else's"},
    CodeMeaning{code::lock_name, "a lock names a key or a section"},
    CodeMeaning{code::not_listed, "what 'key-:' is to take out is not in the list; nothing is "
                                  "removed"},
    CodeMeaning{code::match, "a rule matches by name, uuid, memory or emulator, each in its form"},
    CodeMeaning{code::network_name, "a network's name is a plain word"},
    CodeMeaning{code::empty_rule, "a rule without 'set:' does nothing"},
    CodeMeaning{code::interface_name,
                "a bridge or device of a network is named as the kernel names "
                "network devices"},
    CodeMeaning{code::network_parts,
                "a network names a bridge or a device as its type wants it, and "
                "nothing else"},
    CodeMeaning{code::unreadable, "the file or directory cannot be read by who asks; the agent "
                                  "counts it as an error, for its keys would be missing"},
    CodeMeaning{code::dangling_link,
                "a link that leads nowhere; /dev/null masks a file on purpose"},
    CodeMeaning{code::not_regular, "a policy file is a regular file or a link to one"},
    CodeMeaning{code::wrong_suffix, "only files that end in .yaml are read"},
    CodeMeaning{code::changed, "the file was written to while it was read, and half of it is not "
                               "what its writer means"},
    CodeMeaning{code::no_account, "guests cannot start under an account that the host lacks"},
    CodeMeaning{code::no_emulator, "no executable file of the host is matched by the pattern"},
    CodeMeaning{code::no_device, "a device node that is listed is not there, or is something else; "
                                 "guests go without it"},
    CodeMeaning{code::no_selinux, "security_driver: selinux starts no guest where SELinux is off"},
    CodeMeaning{code::no_controller, "a cgroup controller that the host's kernel does not offer; "
                                     "guests go without its limits"},
    CodeMeaning{code::no_disk_place, "a directory or file for disks is not there"},
    CodeMeaning{code::disk_place_is_link, "disks are judged by where they really lie, links "
                                          "resolved: an entry that is a link matches none"},
    CodeMeaning{code::unseen, "who runs the check may not look there, so nothing is known of it"},
    CodeMeaning{code::no_group, "a group that guests are to be in besides is not there; they go "
                                "without it"},
    CodeMeaning{code::more, "there were more mistakes than are worth printing: mend these first"},
};

} // namespace

std::span<const CodeMeaning> code_meanings() {
    return meanings;
}

std::string_view meaning_of_code(std::string_view code) {
    const auto* found = std::find_if(meanings.begin(), meanings.end(),
                                     [&](const CodeMeaning& one) { return one.code == code; });
    return found == meanings.end() ? std::string_view() : found->meaning;
}

} // namespace vmwarden
