# capnpc-flat must refuse this.
@0xc0d57bb1b8f3a003;
interface Service {
  ask @0 (question :Text) -> (answer :Text);
}
