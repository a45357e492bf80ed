# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints how many test cases of a JUnit report passed and how many did not; a skipped case did not."""

import sys
import xml.etree.ElementTree

cases = list(xml.etree.ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
bad = [case for case in cases if any(child.tag in ("failure", "error", "skipped") for child in case)]
print(len(cases) - len(bad), len(bad) if cases else 1)
