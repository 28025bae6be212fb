# One clear line each, status 4.
mkdir directory
: >empty
echo 'this is no trace' >prose
head -c 40 /dev/zero >zeros
ddireplay convert traces/leak.txt leak.ddt
{ head -c 10 leak.ddt; printf '\xff\x00'; tail -c +13 leak.ddt; } >future.ddt
printf 'ddireplay-text 99\n' >future.txt
printf 'ddireplay-text 1\nmodule A.sys base=zero\n' >wrong.txt
for input in missing directory empty prose zeros future.ddt future.txt wrong.txt; do
  for command in replay info dump 'debug -c k'; do
    set -- $command
    name=$1
    shift
    ddireplay "$name" $input "$@"
    echo "$name $input: status $?"
  done
done
