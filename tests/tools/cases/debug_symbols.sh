ddireplay debug traces/leak.txt -c "lm; ln Leaky!ReadConfig+24; ln fffff800\`12341080; ln Leaky+2687
  ln nowhere; ln 10; !verifier 3; !verifier 0x80 ffffe000\`12345010; !verifier 80 1"
ddireplay debug traces/leak.txt -c "vertarget; x Leaky!*; x read*; .sympath; .sympath $PWD; .sympath+ /none; .reload; kn 1" | sed "s|$PWD|HERE|"
