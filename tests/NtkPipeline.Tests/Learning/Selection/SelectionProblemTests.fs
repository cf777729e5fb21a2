module NtkPipeline.Tests.SelectionProblemTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.BlurredCircle

let private problem: SelectionProblem = {
    Networks = [ Networks.parse "dense 9 w=1.5 b=0.5 | relu | dense 1" ]
    Kinds = [ KernelKind.Ntk ]
    X = x
    Targets = y
}

let tests =
    testList "selection of numbers" [
        testCase
            "targets that are numbers are ranked by errors, on whichever side of 0 they lie, and have no accuracy"
        <| fun () ->
            let numbers = Array.init y.Length (fun k -> 3.0 + y[k] + 0.01 * float k)

            for shift in [ 0.0; -3.0; -9.0 ] do
                for choice in
                    [
                        RidgeChoice.LeaveOneOut
                        RidgeChoice.Gcv
                        RidgeChoice.Likelihood
                        RidgeChoice.CrossValidation
                    ] do
                    let settings = {
                        settings with
                            Ridges = { settings.Ridges with ChooseBy = choice }
                            Times = if choice = RidgeChoice.Likelihood then [||] else [| 1.0 |]
                    }

                    let problem = { problem with Targets = numbers |> Array.map ((+) shift) }

                    let found =
                        ModelSelection.run settings (fun _ _ _ _ -> ()) problem |> Flip.Expect.wantOk "ranked"

                    let judged = Expect.wantSome found.HeldOut "rows were held out"
                    Expect.isNone judged.Accuracy "numbers name no classes"
                    Expect.isTrue (System.Double.IsFinite judged.Error) "an error exists"

                    for candidate in found.Candidates do
                        Expect.equal
                            (candidate.TrainAccuracy, candidate.LooAccuracy, candidate.CvAccuracy)
                            (None, None, None)
                            "nor any other"

                let byAccuracy = {
                    settings with
                        Ridges = { settings.Ridges with ChooseBy = RidgeChoice.LeaveOneOutAccuracy }
                }

                ModelSelection.run byAccuracy (fun _ _ _ _ -> ()) { problem with Targets = numbers }
                |> Flip.Expect.wantError "refused"
                |> fun e -> Expect.stringContains e.Sentence "name no classes" "said"
    ]
