// A script of somebody else's: it has NtkPipeline.Runtime from a package, and nothing of the clone.
#i "nuget: FOLDER"
#r "nuget: NtkPipeline.Runtime, VERSION"

open System
open NtkPipeline.Arrays

let network = "dense 512 | relu | dense 1"
let angles = Array.init 24 (fun i -> 2.0 * Math.PI * float i / 24.0)
let x = array2D [ for angle in angles -> [ cos angle; sin angle ] ]
let y = angles |> Array.map (fun angle -> sin (2.0 * angle))

let kernel = NetworkKernel.Ntk(network, x)
let fit = KernelRegression.Choose(kernel, y)

let model =
    NetworkTraining.Train("dense 256 | relu | dense 1 | centred", x, y, epochs = 300, batchSize = 0)

let empirical = NetworkKernel.Empirical("dense 4096 | relu | dense 1", x)

let gap =
    Seq.max (
        seq {
            for i in 0..23 do
                for j in 0..23 -> abs (kernel[i, j] - empirical[i, j])
        }
    )

let expected = [
    "the kernel's diagonal is ‖x‖²/d", abs (kernel[0, 0] - 0.5) < 1e-12
    "the kernel of a wide network is near its limit", gap < 0.05
    "leave-one-out error", fit.LeaveOneOutError < 0.025
    "training lowers the loss", Array.last model.Losses < 0.2 * model.Losses[0]
]

for what, holds in expected do
    printfn $"""%s{if holds then "ok" else "WRONG"}: %s{what}"""

if List.forall snd expected then printfn "a script: all of it holds" else exit 1
