# Each names what is wrong and the next step; the session goes on; status 2.
ddireplay debug traces/leak.txt -c "!nonsense; ln; ln 1 2; !verifier 8; !verifier 0x80; !verifier 3 Other.sys; g #0; g #99; !analyze -x; .help; x; x Leaky!*; q; k"
