# A trace is kept if it shows a defect that the corpus doesn't hold yet, or on request.
# Digest and size of a binary trace change with the library that compresses it.
{
sed '$a # another file, the same defects' traces/leak.txt >again.txt
ddireplay convert traces/leak.txt "a leak, (binary).ddt"
ddireplay corpus add made/by/add traces/leak.txt traces/leak.txt again.txt "a leak, (binary).ddt" traces/clean.txt
echo "status $?"
ddireplay corpus add made/by/add --always --note 'must stay silent' traces/clean.txt
ddireplay corpus add made/by/add --always --rules C4:62 --note 'one rule' "a leak, (binary).ddt"
ddireplay corpus add made/by/add --always traces/leak.txt
ls made/by/add/*
cat made/by/add/leak-*/expected.json
ddireplay corpus list made/by/add
ddireplay corpus list made/by/add --rule 0xc4:0x62
ddireplay corpus list made/by/add --rule pool-leak-at-unload
ddireplay corpus list made/by/add --rule C4:90
ddireplay corpus list made/by/add --rule C4:999999
echo "status $?"
ddireplay corpus stats made/by/add
# What is half done when add dies is neither taken for an entry nor kept.
mkdir made/by/add/.unfinished-abcdef
ddireplay corpus run made/by/add
ddireplay corpus add made/by/add traces/timer.txt
ls -A made/by/add
cmp traces/leak.txt made/by/add/leak-*/trace.txt
} | sed -E 's/-[0-9a-f]{12}/-DIGEST/g; s/^(bytes +)[0-9]+$/\1N/; s/[0-9]+ bytes/N bytes/'
