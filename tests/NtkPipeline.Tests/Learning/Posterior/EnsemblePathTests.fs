/// The law of infinitely wide networks through training, and of their loss.
module NtkPipeline.Tests.EnsemblePathTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private network = Networks.parse "dense 1 b=0.3 | relu | dense 1 b=0.1"
let private xs, zs = let all = points 30 in all[..19], all[20..]
let private y = targets xs
let private rows (values: float[][]) = Matrix.ofRows 2 values

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let tests =
    testList "EnsemblePath" [
        testCase "at every step it is the posterior that is asked for one step alone"
        <| fun () ->
            let steps, rate = [ 1; 7; 60 ], 0.4
            let path = want (EnsemblePath.run network (rows xs) y (rows zs) rate steps)

            for step, found in List.zip steps path do
                let training = Training.descent rate (int64 step * 1L<step>)

                let alone =
                    want (
                        NetworkPosterior.run
                            PosteriorKind.NtkEnsemble
                            network
                            (rows xs)
                            (Matrix.create y.Length 1 y)
                            (rows zs)
                            (RidgeValue.Absolute 0.0)
                            (Some training)
                    )

                wantClose 1e-10 "mean" found.Mean.Values[20..] alone.Posterior.Mean.Values
                let asked = [| 20..29 |]
                let covariance = Matrix.gather asked asked found.Covariance
                wantClose 1e-10 "covariance" covariance.Values alone.Posterior.Covariance.Values

        testCase "before a step it would be the prior, and after many the training rows are learnt"
        <| fun () ->
            let prior = want (Gram.nngp64 network (rows (Array.append xs zs)) None)
            let path = want (EnsemblePath.run network (rows xs) y (rows zs) 0.4 [ 0; 30; 3000 ])
            wantClose 1e-12 "K" path[0].Covariance.Values prior.Values
            wantClose 1e-12 "0" path[0].Mean.Values (Array.zeroCreate 30)

            let off (posterior: Posterior) =
                Array.map2 (-) posterior.Mean.Values[..19] y |> Array.sumBy (fun x -> x * x)

            Expect.isLessThan (off path[2]) (off path[1]) "it learns"
            let variance (posterior: Posterior) = Array.sum posterior.StandardDeviations[..19]
            Expect.isLessThan (variance path[2]) (variance path[1]) "and forgets where it began"

        testCase "the loss of one Gaussian row has its textbook moments"
        <| fun () ->
            let m, s, y = 0.7, 0.4, -1.0
            let law = GaussianLoss.moments [| m |] (Matrix.create 1 1 [| s * s |]) [| y |]
            let g = m - y
            wantClose 1e-15 "E g²/2" [| law.Mean |] [| (g * g + s * s) / 2.0 |]

            wantClose 1e-15 "its deviation" [| law.Deviation |] [|
                sqrt (2.0 * s ** 4.0 + 4.0 * g * g * s * s) / 2.0
            |]

        testCase "the loss of many rows has the moments of drawn ones"
        <| fun () ->
            let n = 6
            let mix = Matrix.init n n (fun i j -> 0.3 * cos (float (3 * i + j)))

            let covariance =
                Matrix.init n n (fun i j -> Seq.sum (seq { for k in 0 .. n - 1 -> mix[i, k] * mix[j, k] }))

            let mean, goal =
                Array.init n (fun i -> sin (float i)), Array.init n (fun i -> if i % 2 = 0 then 1.0 else -1.0)

            let law = GaussianLoss.moments mean covariance goal
            let random = System.Random 3

            let draws =
                Array.init 60000 (fun _ ->
                    let z =
                        Array.init n (fun _ ->
                            sqrt (-2.0 * log (1.0 - random.NextDouble()))
                            * cos (2.0 * System.Math.PI * random.NextDouble()))

                    0.5
                    * (Array.init n (fun i ->
                        (mean[i] + Seq.sum (seq { for k in 0 .. n - 1 -> mix[i, k] * z[k] }) - goal[i])
                        ** 2.0)
                       |> Array.average))

            let average = Array.average draws
            let deviation = sqrt (draws |> Array.averageBy (fun value -> (value - average) ** 2.0))
            Expect.isLessThan (abs (average - law.Mean)) (5.0 * law.Deviation / sqrt 60000.0) "mean"
            Expect.isLessThan (abs (deviation / law.Deviation - 1.0)) 0.02 "deviation"
    ]
