# SPDX-License-Identifier: LGPL-2.1-or-later
# A host's own policy under Puppet's care: make the class a module's init.pp, and set
# vmwarden_policy::site_policy in Hiera; or try it as it is:
#
#   puppet apply --detailed-exitcodes vmwarden_policy.pp
#
# validate_cmd asks vmwarden before the file is replaced. A mistake fails the resource, with every error of the file in
# the report, and the file that was in force stays. Nothing need be restarted: the next guest starts under the new
# policy, running guests keep theirs.
class vmwarden_policy (
  String $site_policy = @(POLICY),
    version: 1
    # The guests of this host, apart from other machines.
    slice: machine-guests.slice
    seccomp_sandbox: true
    | POLICY
) {
  file { '/etc/vmwarden/policy.d/60-site.yaml':
    ensure       => file,
    owner        => 'root',
    group        => 'root',
    mode         => '0644',
    content      => $site_policy,
    validate_cmd => '/usr/bin/vmwarden policy check --as=60-site.yaml %',
  }
}

include vmwarden_policy
