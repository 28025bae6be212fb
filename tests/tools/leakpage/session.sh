# The commands of Microsoft's page, in its order. The answers differ from the page's in this:
#
#   - `!analyze -v`: the explanation is in words of our own, and behind the arguments stands what no
#     crash dump has: rule, position, every object's history, and a summary.
#   - NonPNPIRPDispatch+0x51: the page has it without the `+`. It also names two return addresses in
#     that function, 9a3bf611 and 9a3bf620, with one and the same displacement; the second is +0x60.
#   - A log entry's line of equals signs also says where in the trace it is, and which call it was. A
#     line before the entries says that more was searched than the verifier's 0x10000.
ddireplay convert here/mydriver-x86.txt mydriver.ddt
ddireplay debug mydriver.ddt -c "!analyze -v; !verifier 3 Mydriver.sys
  ln 0x9a3bf6ac; ln 0x9a3bf687; ln 0x9a3bf6ed
  !verifier 0x80 0x982a8fe0; !verifier 0x80 0x8645a000; !verifier 0x80 0x9a836fd0"
