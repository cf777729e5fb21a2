/// Networks whose kernels are quick to compute.
module NtkPipeline.Tests.GramNetworks

open Expecto

let ok result = Expect.wantOk result "no refusal"

/// Well-formed networks with cheap duals.
let networks = [
    "dense 8 | relu | dense 1"
    "dense 8 w=1.4142 b=0.05 | leaky-relu(0.1) | dense 8 b=0.3 | abs | dense 1"
    "dense 8 w=1.5 b=0.05 | erf | dense 8 w=1.5 | gelu | dense 1 b=1"
    "dense 8 | sin | dense 8 b=0.2 | relu | dense 1"
    "dense 8 | rbf(0.5) | dense 1"
    "dense 8 | gaussian | dense 8 | cos | dense 1"
    "dense 8 b=0.1 | residual(relu | dense 8) | layer-norm | relu | dense 1"
    "dense 8 | exp-normalised | dense 8 | monomial(2) | dense 1 param=standard"
]
