module NtkPipeline.Tests.ContributionsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs, zs = let all = points 40 in all[..29], all[30..]
let private k = roughKernelOf xs xs

let private y = targets xs

let tests =
    testList "GaussianProcess" [
        testCase "contributions add up to the prediction, and leaving a row out has the effect of a refit"
        <| fun () ->
            let spectrum = decompose k
            let path = RidgePath.along spectrum y [| 0.02; 0.2 |]
            let cross = (Matrix.row 3 (roughKernelOf zs xs)).ToArray()
            let another = (Matrix.row 5 (roughKernelOf zs xs)).ToArray()

            let fit: FittedKernel = {
                Spectrum = spectrum
                Ridge = 0.2
                Coefficients = RidgePath.column 1 path.Coefficients
                LeftOut = RidgePath.leaveOneOut 1 path
            }

            let carriers = (Contributions.carriers fit 30 [| another; cross |])[1]
            let f = dot cross (solve 0.2 k y)
            wantClose 1e-11 "they add up" [| carriers |> Array.sumBy _.Contribution |] [| f |]

            Expect.equal
                (carriers |> Array.sortByDescending (fun c -> abs c.Contribution))
                carriers
                "greatest first"

            let few = (Contributions.carriers fit 3 [| cross |])[0]
            Expect.equal (few |> Array.map _.Row) (carriers[..2] |> Array.map _.Row) "as many as asked for"

            for carrier in carriers do
                let kept = [| 0..29 |] |> Array.except [ carrier.Row ]
                let alpha = solve 0.2 (Matrix.gather kept kept k) (kept |> Array.map (fun i -> y[i]))
                let without = dot (kept |> Array.map (fun i -> cross[i])) alpha
                wantClose 1e-11 "refitted" [| carrier.EffectOfLeavingOut |] [| f - without |]

        testCase "a row whose label was turned round is the first suspect"
        <| fun () ->
            let y = xs |> Array.map (fun x -> if x[0] > 2.0 then 1.0 else -1.0)
            let odd = [| 0..29 |] |> Array.maxBy (fun i -> xs[i][0])
            let turned = y |> Array.mapi (fun i t -> if i = odd then -t else t)
            let path = RidgePath.along (decompose k) turned [| 0.2 |]
            let leftOut = RidgePath.leaveOneOut 0 path |> Array.map2 (-) turned
            let suspects = Contributions.suspects leftOut turned 5
            Expect.equal suspects[0].Row odd "found"
            wantClose 1e-11 "as the others see it" [| suspects[0].LeftOut |] (heldOut 0.2 k turned [| odd |])
            Expect.all suspects (fun s -> s.Target * s.LeftOut < 0.0) "each is contradicted"
    ]
