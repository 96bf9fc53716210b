print("kubesweep")
