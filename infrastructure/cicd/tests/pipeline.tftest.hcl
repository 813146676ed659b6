# What the pipeline must be. Applied to a mocked AWS.
mock_provider "aws" {
  source = "./tests/mocks"
}

run "pipeline" {
  command = apply

  assert {
    condition     = [for it in aws_codepipeline.main.stage : it.name] == ["Source", "Test", "Image", "Release", "Staging", "Production"]
    error_message = "Tests come before images, staging before production."
  }
  assert {
    condition     = [for it in aws_codepipeline.main.stage[5].action : it.category] == ["Approval", "Build"]
    error_message = "Production waits for a person's word."
  }
  assert {
    condition     = aws_codepipeline.main.execution_mode == "QUEUED"
    error_message = "Two roll-outs never run at a time."
  }
  assert {
    condition     = toset([for it in aws_codebuild_project.main : it.environment[0].type if startswith(it.name, "whoosh-test")]) == toset(["ARM_CONTAINER", "LINUX_CONTAINER"])
    error_message = "Both architectures are tested."
  }
}
